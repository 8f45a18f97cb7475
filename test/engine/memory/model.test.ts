import fc from "fast-check";
import { test } from "vitest";
import { commands } from "./commands.js";
import { Run } from "./run.js";

/** Minutes to go on for; without it, some 100,000 commands. */
const SOAK_MINUTES = Number(process.env["DISTRIBUTEX_SOAK"] ?? 0);
const RUNS = SOAK_MINUTES > 0 ? Number.MAX_SAFE_INTEGER : 1_200;

// A failure prints the seed, the path and the shortest run found; give seed and path to `fc.assert` to repeat it.
test(
  "promises 1, 2, 3, 4, 5 and 7: the engine does what the model of the design does, whatever is done to it",
  () => {
    fc.assert(
      fc.property(commands, fc.boolean(), (list, microsRun) => {
        const run = new Run(microsRun);
        for (const command of list) run.do(command);
        run.finish();
      }),
      SOAK_MINUTES > 0
        ? { numRuns: RUNS, interruptAfterTimeLimit: SOAK_MINUTES * 60_000, markInterruptAsFailure: false }
        : { numRuns: RUNS },
    );
  },
  SOAK_MINUTES > 0 ? (SOAK_MINUTES + 5) * 60_000 : 120_000,
);
