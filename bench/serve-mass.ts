import { monitorEventLoopDelay } from "node:perf_hooks";
import { DEFAULT_LIMITS } from "../src/contract/limits.js";
import { Chores } from "../src/engine/chores.js";
import { Turns } from "../src/engine/memory/turns.js";
import { Outbox } from "../src/engine/outbox.js";
import { Session } from "../src/engine/sessions.js";
import { createServer } from "../src/server/index.js";

// A server that measures itself: how long it works without a break, and how long a mass death takes.

/** What the server is asked for, and answers. */
export interface MassReport {
  /** Bytes of heap in use after a collection. */
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** The longest stretch of our own work in one turn of the event loop, since it was last asked, in milliseconds. */
  readonly longestSliceMs: number;
  /** The longest that a timer was late, whoever worked. */
  readonly longestStallMs: number;
  /** From the first lost stream to the last lock free; 0: not so far yet. */
  readonly freeingMs: number;
  readonly locks: number;
  readonly sessions: number;
}

let depth = 0;
let startedAt = 0;
let inTurn = 0;
let longestSliceMs = 0;
let turnEnds = false;
let firstLossAt = 0;
let freeAt = 0;

const server = createServer({ limits: { ...DEFAULT_LIMITS, connections: 100_000 } });
const { engine } = server;

/** Counts the time within these methods as our own work. */
function measure(prototype: object, ...names: string[]): void {
  const methods = prototype as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const isLoss = name === "streamLost";
    const method = methods[name] as (...args: unknown[]) => unknown;
    methods[name] = function (this: unknown, ...args: unknown[]): unknown {
      if (isLoss && firstLossAt === 0) firstLossAt = performance.now();
      if (depth++ === 0) startedAt = performance.now();
      try {
        return method.apply(this, args);
      } finally {
        if (--depth === 0) worked(performance.now() - startedAt);
      }
    };
  }
}

measure(Turns.prototype, "run", "finish");
measure(Chores.prototype, "doSteps");
measure(Outbox.prototype, "tellSome");
measure(Session.prototype, "streamLost", "heard", "resume");

function worked(ms: number): void {
  inTurn += ms;
  if (turnEnds) return;
  turnEnds = true;
  setImmediate(endOfTurn);
}

function endOfTurn(): void {
  turnEnds = false;
  longestSliceMs = Math.max(longestSliceMs, inTurn);
  inTurn = 0;
  if (firstLossAt !== 0 && freeAt === 0 && engine.stats().locks === 0) freeAt = performance.now();
}

process.on("message", (what) => {
  // A collection is a stall of its own.
  if (what === "collect") globalThis.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const { locks, sessions } = engine.stats();
  const longestStallMs = stalls.max / 1e6;
  const freeingMs = freeAt === 0 ? 0 : freeAt - firstLossAt;
  const report = {
    heapBytes: heapUsed,
    residentBytes: rss,
    longestSliceMs,
    longestStallMs,
    freeingMs,
    locks,
    sessions,
  };
  process.send?.(report satisfies MassReport);
  longestSliceMs = 0;
  stalls.reset();
  if (what === "collect") firstLossAt = freeAt = 0;
});

const stalls = monitorEventLoopDelay({ resolution: 5 });
stalls.enable();
await server.start();
process.send?.(server.addresses[0]?.port);
