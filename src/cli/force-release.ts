import { AdminServiceService, ForceReleaseResponse } from "../../gen/distributex/v1/admin_service.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { tokenFlag } from "./flag-values.js";
import { holderTable } from "./lock-view.js";

/** Ends somebody else's lease: the one with this token, and no later one. */
export const forceRelease = command(
  (yargs) =>
    yargs
      .positional("name", { type: "string", demandOption: true, describe: "The lock's name" })
      .option("token", {
        type: "string",
        requiresArg: true,
        demandOption: true,
        describe: "The fencing token of the lease meant, as inspect shows it",
      })
      .option("reason", { type: "string", requiresArg: true, default: "", describe: "Why, for the log" }),
  async ({ name, token, reason }, { link, output }) => {
    const request = { name, fencingToken: tokenFlag("--token", token), reason };
    // Asked again after it took effect, it would say that there is no such lease.
    const response = await link.ask(AdminServiceService.forceRelease, request, { repeatable: false });
    if (output.json) await output.message(ForceReleaseResponse, response);
    else if (response.holder !== undefined) await output.data(holderTable([response.holder]));
    output.talk("its lease was ended");
    return EXIT.DONE;
  },
);
