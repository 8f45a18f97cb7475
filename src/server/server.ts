import type { Logger } from "pino";
import { VERSION } from "../contract/version.js";
import type { Policy } from "../core/policy.js";
import type { LockEngine } from "../engine/engine.js";
import { MemoryEngine } from "../engine/memory/engine.js";
import { SystemTime } from "../engine/time.js";
import type { ServerFacts } from "../service/admin-service.js";
import { Calls } from "../service/grpc/calls.js";
import { Connections } from "./connections.js";
import { GrpcServer } from "./grpc-server.js";
import { listen, type Listeners } from "./listener.js";
import type { ListenAddress, ServerSettings } from "./settings.js";

/** A lock server in this process, from its start to its end. */
export class DistributexServer {
  readonly engine: LockEngine;
  private readonly calls: Calls;
  private readonly connections = new Connections();
  private readonly grpc: GrpcServer;
  private listeners: Listeners | undefined;
  private stopped: Promise<void> | undefined;
  private logCalls: boolean;

  constructor(
    private readonly settings: ServerSettings,
    private readonly log: Logger,
  ) {
    this.logCalls = settings.log.calls;
    this.engine = new MemoryEngine({
      pools: settings.pools,
      limits: settings.limits,
      startDelayMs: settings.startDelayMs,
      time: new SystemTime(),
      onFault: (error) => {
        log.error({ err: error }, "internal error");
      },
    });
    this.calls = new Calls(
      log,
      () => this.logCalls,
      (peer) => this.connections.lossOf(peer),
    );
    const context = { engine: this.engine, limits: settings.limits };
    this.grpc = new GrpcServer(settings, context, this.calls, this.facts());
  }

  /** Where it listens; empty before `start`. */
  get addresses(): readonly ListenAddress[] {
    return this.listeners?.addresses ?? [];
  }

  /** Resolves when it serves. Rejects when an address can't be had. */
  async start(): Promise<void> {
    const { listen: addresses, limits } = this.settings;
    this.listeners = await listen(addresses, (socket) => {
      // Counted over all the addresses.
      if (this.connections.size >= limits.connections) {
        socket.destroy();
        return;
      }
      this.connections.add(socket);
      this.grpc.accept(socket);
    });
  }

  /** Puts other pools in force, for live locks too, and another log of calls. */
  reload(pools: readonly Policy[], logCalls: boolean): void {
    this.engine.setPools(pools);
    this.logCalls = logCalls;
  }

  /**
   * Stops within the `drain` bound: grants nothing any more, tells waiters and streams so, lets answers under way
   * arrive, then closes every connection. Calling it again waits for the same end.
   */
  stop(): Promise<void> {
    return (this.stopped ??= this.drain());
  }

  private async drain(): Promise<void> {
    this.grpc.stopServing();
    this.engine.drain();
    this.calls.drain();
    this.listeners?.close();
    await this.grpc.shutdown(this.settings.drainMs);
    this.connections.destroyAll();
    await this.engine.close();
  }

  private facts(): ServerFacts {
    const startTime = new Date();
    const startedAt = performance.now();
    return {
      version: VERSION,
      startTime,
      uptimeMs: () => performance.now() - startedAt,
      draining: () => this.stopped !== undefined,
      connections: () => this.connections.size,
      forceReleased: (lock, token, reason) => {
        this.log.warn({ lock, fencingToken: String(token), reason }, "force release");
      },
    };
  }
}
