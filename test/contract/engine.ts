import { describe } from "vitest";
import { capacityChange } from "./capacity-change.js";
import { closingDown } from "./closing-down.js";
import { elections } from "./elections.js";
import { exclusion } from "./exclusion.js";
import { fencing } from "./fencing.js";
import { forceRelease } from "./force-release.js";
import type { MakeEngine } from "./harness.js";
import { leases } from "./leases.js";
import { leaving } from "./leaving.js";
import { limits } from "./limits.js";
import { listing } from "./listing.js";
import { lockDelay } from "./lock-delay.js";
import { names } from "./names.js";
import { order } from "./order.js";
import { retry } from "./retry.js";
import { sessionClose } from "./session-close.js";
import { sessionCrowd } from "./session-crowd.js";
import { sessionHeard } from "./session-heard.js";
import { sessionLoss } from "./session-loss.js";
import { sessionResumeNot } from "./session-resume-not.js";
import { sessionResume } from "./session-resume.js";
import { sessionRetry } from "./session-retry.js";
import { sessions } from "./sessions.js";
import { stats } from "./stats.js";
import { watching } from "./watching.js";
import { opener } from "./world.js";

const SUITES = {
  exclusion,
  order,
  leases,
  leaving,
  retry,
  fencing,
  "lock delay": lockDelay,
  "capacity change": capacityChange,
  names,
  limits,
  sessions,
  "session: heard": sessionHeard,
  "session: stream lost": sessionLoss,
  "session: resume": sessionResume,
  "session: not resumed": sessionResumeNot,
  "session: retry": sessionRetry,
  "session: close": sessionClose,
  "session: crowd": sessionCrowd,
  elections,
  "force release": forceRelease,
  watching,
  listing,
  stats,
  "closing down": closingDown,
};

/** What every engine must do, whatever keeps its locks. */
export function describeEngine(name: string, make: MakeEngine): void {
  describe(`the ${name} engine`, () => {
    for (const [what, suite] of Object.entries(SUITES)) {
      describe(what, () => {
        suite(opener(make));
      });
    }
  });
}
