import { LockServiceService, ObserveResponse } from "../../gen/distributex/v1/lock_service.js";
import { command } from "./command.js";
import { printable } from "./escape.js";
import { EXIT } from "./exit-codes.js";
import type { Leader } from "../../gen/distributex/v1/lock.js";
import { leaderLine } from "./wording.js";

/** Shows who leads: the current state, then every change until a signal ends it. */
export const observe = command(
  (yargs) =>
    yargs
      .positional("name", { type: "string", demandOption: true, describe: "The election's name" })
      .option("once", { type: "boolean", default: false, describe: "Only the current state" }),
  async ({ name, once }, { link, output }) => {
    let last: string | undefined;
    // The state is told again every few seconds, and after a lost connection: only what changed is shown.
    for await (const state of link.listen(LockServiceService.observe, { name }, { mayRestart: () => true })) {
      const told = identity(state.leader);
      if (told === last) continue;
      last = told;
      if (output.json) await output.message(ObserveResponse, state);
      else await output.data(printable(leaderLine(state.leader)));
      if (once) break;
    }
    return EXIT.DONE;
  },
);

/** What makes one state differ from another; the same leader's times may be told a little differently. */
function identity(leader: Leader | undefined): string {
  return leader === undefined ? "" : `${leader.fencingToken.toString()} ${leader.value}`;
}
