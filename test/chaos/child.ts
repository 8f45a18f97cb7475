import { Chance } from "./chance.js";
import { Contender, type Lives, type Use } from "./contender.js";
import type { Belief } from "./history.js";
import { block, pause } from "./time.js";
import { Witness } from "./witness.js";

// A contender in a process of its own, that takes part until it is told to stop.

/** What it is to do, as JSON in its first argument. */
export interface ChildOptions extends Lives {
  readonly name: string;
  readonly port: number;
  readonly locks: readonly string[];
  readonly seed: number;
}

/** It is told to stop competing; then, when all have stopped, to take each lock once more and to end. */
export type Order = "stop" | "take";

/** It tells that it has stopped; then, before it ends by itself, what it saw. */
export type Report = "stopped" | Result;

export interface Result {
  readonly beliefs: readonly Belief[];
  readonly faults: readonly string[];
  readonly grants: number;
  /** The longest time that it took to get any lock after the faults. */
  readonly slowestMs: number;
}

const SAMPLE_MS = 5;

async function run({ name, port, locks, seed, ...lives }: ChildOptions): Promise<void> {
  const chance = new Chance(seed);
  const witness = new Witness();
  const contender = new Contender(
    name,
    port,
    lives,
    locks,
    chance.fork(),
    witness,
    stalling(chance, witness),
  );
  const sampling = setInterval(() => {
    witness.sample();
  }, SAMPLE_MS);
  const stop = new AbortController();
  const stopped = order("stop").then(() => {
    stop.abort();
  });
  await contender.run(stop.signal);
  await stopped;
  tell("stopped");
  await order("take");
  const slowestMs = await contender.takeEach();
  await contender.close();
  clearInterval(sampling);
  const { beliefs, faults } = witness;
  tell({ beliefs, faults, grants: contender.grants, slowestMs });
  // Nothing else may keep the process alive now.
  process.disconnect();
}

/** Holds a lock, and stands still now and then. The first thing done after that is to ask the lease. */
function stalling(chance: Chance, witness: Witness): Use {
  return async (lease, holdMs, stop) => {
    const until = performance.now() + holdMs;
    do {
      await pause(chance.ofAnySize(1, holdMs + 2), stop);
      if (chance.happens(0.03)) block(chance.ofAnySize(200, 3_000));
      witness.sample();
      lease.assertHeld();
    } while (performance.now() < until && !stop.aborted);
  };
}

async function order(awaited: Order): Promise<void> {
  await new Promise<void>((resolve) => {
    process.on("message", (told) => {
      if (told === awaited) resolve();
    });
  });
}

function tell(report: Report): void {
  process.send?.(report);
}

await run(JSON.parse(process.argv[2]!) as ChildOptions);
