import type { ServerLimits } from "../../src/contract/limits.js";
import type { Policy } from "../../src/core/policy.js";
import type { LockEngine } from "../../src/engine/engine.js";

/** An engine under test, and the hands that move its world. */
export interface Harness {
  readonly engine: LockEngine;
  /** How much later than its moment something may end, in milliseconds. */
  readonly slackMs: number;
  /** What the engine reported as faults of its own. */
  readonly faults: readonly unknown[];
  /** Lets so much of the engine's time pass, and what is due by then happen. */
  advance(ms: number): Promise<void>;
  /** Returns when all that was begun has happened. */
  settle(): Promise<void>;
}

export interface Setting {
  readonly pools?: readonly Policy[];
  readonly limits?: Partial<ServerLimits>;
  readonly startDelayMs?: number;
}

export type MakeEngine = (setting: Setting) => Promise<Harness>;

/** A pool as the configuration makes it where it says nothing, with what a test wants otherwise. */
export function pool(over: Partial<Policy> = {}): Policy {
  return {
    name: "*",
    defaultTtlMs: 30_000,
    maxTtlMs: 86_400_000,
    maxHoldMs: Infinity,
    capacity: 1,
    servers: [],
    lockDelayMs: 0,
    maxWaiters: 100_000,
    ...over,
  };
}
