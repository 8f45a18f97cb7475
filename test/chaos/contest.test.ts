import { expect, test } from "vitest";
import { contestApart } from "./apart.js";
import { seedOfRun } from "./chance.js";
import { progressMs } from "./contender.js";
import { contest } from "./contest.js";

const lives = { ttlMs: 2_000, graceMs: 1_000 };

test.each([
  ["in one process, and stale writers are refused", contest],
  ["each in a process of its own", contestApart],
] as const)(
  "promises 1, 3 and 6: whatever the network and the clocks do, no two clients believe in one lock, %s",
  async (_where, play) => {
    const seed = seedOfRun();
    console.log(`DISTRIBUTEX_SEED=${seed}`);
    const { faults, grants, slowestMs } = await play({
      seed,
      clients: 4,
      ms: 8_000,
      restarts: false,
      ...lives,
    });
    expect(faults).toEqual([]);
    // Each client took each lock once when the faults were over.
    expect(grants).toBeGreaterThan(8);
    expect(slowestMs).toBeLessThan(progressMs(lives));
  },
);
