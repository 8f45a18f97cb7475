import { Server, ServerCredentials, type sendUnaryData, type ServerWritableStream } from "@grpc/grpc-js";
import { AdminServiceService, type WatchLocksResponse } from "../../gen/distributex/v1/admin_service.js";
import {
  LockServiceService,
  type ObserveResponse,
  type ProclaimRequest,
  type ProclaimResponse,
} from "../../gen/distributex/v1/lock_service.js";
import { parseAddresses } from "../../src/client/address.js";
import { openConnection } from "../../src/client/connection.js";
import { LockClient } from "../../src/client/lock-client.js";
import { readSettings, type ConnectOptions } from "../../src/client/options.js";
import type { Alarm } from "../../src/client/session/surroundings.js";
import { Uplink } from "../../src/client/uplink.js";
import { FakeMachine } from "./session/world.js";

/** A call of Proclaim: the value, and how to answer. */
export interface Proclamation {
  readonly value: string;
  readonly answer: (error: { code: number; details: string } | null) => void;
}

type Stream<Response> = ServerWritableStream<unknown, Response>;

/** A server that says to observers, watchers and those who proclaim what the test says. */
export class ScriptedServer implements AsyncDisposable {
  readonly observers = new Arrivals<Stream<ObserveResponse>>();
  readonly watchers = new Arrivals<Stream<WatchLocksResponse>>();
  readonly proclamations = new Arrivals<Proclamation>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {
    server.addService(LockServiceService, {
      observe: (stream: Stream<ObserveResponse>) => {
        this.observers.add(stream);
      },
      proclaim: ({ request }: { request: ProclaimRequest }, reply: sendUnaryData<ProclaimResponse>) => {
        const answer: Proclamation["answer"] = (error) => {
          reply(error, { leader: undefined });
        };
        this.proclamations.add({ value: request.value, answer });
      },
    });
    server.addService(AdminServiceService, {
      watchLocks: (stream: Stream<WatchLocksResponse>) => {
        this.watchers.add(stream);
      },
    });
  }

  static async start(): Promise<ScriptedServer> {
    const server = new Server();
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return new ScriptedServer(server, port);
  }

  /** A client of this server, on a machine whose time the test moves, and which makes no pauses. */
  async client(options: ConnectOptions = {}): Promise<{ locks: LockClient; machine: HurriedMachine }> {
    const machine = new HurriedMachine();
    return { locks: new LockClient(readSettings(options), await this.uplink(), machine), machine };
  }

  async uplink(): Promise<Uplink> {
    const addresses = parseAddresses(`127.0.0.1:${this.port}`);
    return new Uplink(addresses, {}, await openConnection(addresses));
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.server.forceShutdown();
    return Promise.resolve();
  }
}

/** Pauses before another attempt, all of which keep the process alive, are over at once; other time the test moves. */
class HurriedMachine extends FakeMachine {
  override after(ms: number, callback: () => void, keepsAlive = false): Alarm {
    if (!keepsAlive) return super.after(ms, callback);
    const immediate = setImmediate(callback);
    return {
      cancel: () => {
        clearImmediate(immediate);
      },
    };
  }
}

/** What comes, one after the other. */
class Arrivals<T> {
  private readonly here: T[] = [];
  private readonly awaited: ((arrival: T) => void)[] = [];

  add(arrival: T): void {
    const next = this.awaited.shift();
    if (next === undefined) this.here.push(arrival);
    else next(arrival);
  }

  /** The next one; waits for it. */
  next(): Promise<T> {
    const arrival = this.here.shift();
    if (arrival !== undefined) return Promise.resolve(arrival);
    return new Promise((resolve) => this.awaited.push(resolve));
  }
}
