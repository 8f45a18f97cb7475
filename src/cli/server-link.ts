import { setTimeout as sleep } from "node:timers/promises";
import type { Address } from "../client/address.js";
import { serverStream, unary, type ServerStreamMethod, type UnaryMethod } from "../client/call.js";
import { openConnection, type Connection } from "../client/connection.js";
import { Unavailable } from "../client/errors.js";

/** A request, or what makes it anew for each attempt. */
type Asked<Request> = Request | (() => Request);

interface AskOptions {
  /** Milliseconds for one attempt; absent: the connect timeout; Infinity: as long as it takes. */
  readonly deadlineMs?: number;
  /** Whether it may be asked again when a reply may have been lost. Absent: yes. */
  readonly repeatable?: boolean;
  /** What cancels it. Absent: the signals that end the command. */
  readonly signal?: AbortSignal;
}

interface ListenOptions {
  /** Whether a broken stream may be started anew, asked when it broke. Absent: no. */
  readonly mayRestart?: () => boolean;
  /** What cancels it. Absent: the signals that end the command. */
  readonly signal?: AbortSignal;
}

const PAUSE_MS = 200;

/**
 * The command's way to the servers. It connects on the first call, and when the server can't be reached any more it
 * looks for one that answers, for as long as the connect timeout allows.
 */
export class ServerLink {
  #connection: Connection | undefined;
  #used = false;

  constructor(
    private readonly servers: readonly Address[],
    private readonly connectTimeoutMs: number,
    private readonly stopped: AbortSignal,
  ) {}

  /** Whether a server was ever reached, and so may know of us. */
  get used(): boolean {
    return this.#used;
  }

  /** Makes a unary call, again while the server is UNAVAILABLE and the call is repeatable. */
  async ask<Request, Response>(
    method: UnaryMethod<Request, Response>,
    request: Asked<Request>,
    options: AskOptions = {},
  ): Promise<Response> {
    const { deadlineMs = this.connectTimeoutMs, repeatable = true, signal = this.stopped } = options;
    const patience = new Patience(this.connectTimeoutMs);
    for (;;) {
      const connection = await this.connect(patience.leftMs, signal);
      try {
        const call = deadlineMs === Infinity ? { signal } : { signal, deadlineMs };
        return await unary(connection, method, made(request), call);
      } catch (thrown) {
        if (!(thrown instanceof Unavailable) || !repeatable) throw thrown;
        await this.recover(thrown, patience, signal);
      }
    }
  }

  /** Makes a call that answers with a stream; leaving the loop over it cancels the call. */
  async *listen<Request, Response>(
    method: ServerStreamMethod<Request, Response>,
    request: Asked<Request>,
    { mayRestart = () => false, signal = this.stopped }: ListenOptions = {},
  ): AsyncGenerator<Response, void, undefined> {
    let patience = new Patience(this.connectTimeoutMs);
    for (;;) {
      const connection = await this.connect(patience.leftMs, signal);
      try {
        for await (const message of serverStream(connection, method, made(request), { signal })) {
          patience = new Patience(this.connectTimeoutMs);
          yield message;
        }
        return;
      } catch (thrown) {
        if (!(thrown instanceof Unavailable) || !mayRestart()) throw thrown;
        await this.recover(thrown, patience, signal);
      }
    }
  }

  close(): void {
    this.#connection?.close();
    this.#connection = undefined;
  }

  private async connect(connectTimeoutMs: number, signal: AbortSignal): Promise<Connection> {
    this.#connection ??= await openConnection(this.servers, { connectTimeoutMs, signal });
    this.#used = true;
    return this.#connection;
  }

  /** Gets ready for another attempt, with any of the servers; throws what happened when time is up. */
  private async recover(unavailable: Unavailable, patience: Patience, signal: AbortSignal): Promise<void> {
    this.close();
    patience.start();
    if (patience.leftMs <= PAUSE_MS) throw unavailable;
    await sleep(PAUSE_MS * (0.5 + Math.random() / 2));
    signal.throwIfAborted();
  }
}

/** How long to look for a server, counted from the first failure. */
class Patience {
  #since: number | undefined;

  constructor(private readonly ms: number) {}

  start(): void {
    this.#since ??= performance.now();
  }

  get leftMs(): number {
    return this.#since === undefined ? this.ms : Math.max(0, this.#since + this.ms - performance.now());
  }
}

function made<Request>(request: Asked<Request>): Request {
  return typeof request === "function" ? (request as () => Request)() : request;
}
