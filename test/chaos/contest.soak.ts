import { expect, test } from "vitest";
import { contestApart } from "./apart.js";
import { Chance, seedOfRun } from "./chance.js";
import { progressMs } from "./contender.js";
import { contest } from "./contest.js";

/** Minutes to go on for. */
const SOAK_MINUTES = Number(process.env["DISTRIBUTEX_SOAK"] ?? 1);
const ROUND_MS = 40_000;
const LIVES = [
  { ttlMs: 2_000, graceMs: 1_000 },
  { ttlMs: 1_000, graceMs: 2_000 },
  { ttlMs: 5_000, graceMs: 3_000 },
];

// A round that fails is repeated with its seed as DISTRIBUTEX_SEED; what the machine adds is not.
test("promises 1, 3 and 6: whatever the network and the clocks do, for long", async () => {
  const until = performance.now() + SOAK_MINUTES * 60_000;
  let seed = seedOfRun();
  for (let leftMs = until - performance.now(); leftMs > 0; leftMs = until - performance.now()) {
    const chance = new Chance(seed);
    const lives = chance.pick(LIVES);
    const clients = Math.floor(chance.between(3, 7));
    const play = chance.pick([contest, contestApart]);
    const ms = Math.min(ROUND_MS, Math.max(leftMs, 5_000));
    const options = { seed, clients, ms, restarts: chance.happens(0.4), ...lives };
    console.log(`DISTRIBUTEX_SEED=${seed}: ${play.name} ${JSON.stringify(options)}`);
    const outcome = await play(options);
    console.log(JSON.stringify(outcome));
    expect(outcome.faults).toEqual([]);
    expect(outcome.slowestMs).toBeLessThan(progressMs(lives));
    seed = chance.fork().seed;
  }
});
