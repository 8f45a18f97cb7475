import type { ServerLimits } from "../contract/limits.js";
import type { Policy } from "../core/policy.js";

/** Where to listen. */
export interface ListenAddress {
  /** A host name or an address, without brackets. */
  readonly host: string;
  /** 0: the system chooses one. */
  readonly port: number;
}

/** Everything that a server is started with, checked and with all defaults filled in. */
export interface ServerSettings {
  readonly backend: "memory";
  readonly listen: readonly ListenAddress[];
  /** Listening on a public address without TLS and access rules was asked for by name. */
  readonly insecure: boolean;
  /** Nothing is granted for so long after the start. */
  readonly startDelayMs: number;
  /** How long a connection may be silent before it is asked, and again how long until it must have answered. */
  readonly keepaliveMs: number;
  /** How long a shutdown may take. */
  readonly drainMs: number;
  readonly pools: readonly Policy[];
  readonly limits: ServerLimits;
  readonly log: {
    readonly level: "fatal" | "error" | "warn" | "info" | "debug" | "trace" | "silent";
    /** Log every call. */
    readonly calls: boolean;
  };
}
