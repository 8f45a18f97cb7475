import { LockServiceService, ProclaimResponse } from "../../gen/distributex/v1/lock_service.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { leaseArgument } from "./lease-argument.js";
import { leasePositional } from "./lease-command.js";

/** Replaces what a leader publishes. */
export const proclaim = command(
  (yargs) =>
    leasePositional(yargs).option("value", {
      type: "string",
      requiresArg: true,
      demandOption: true,
      describe: "What to publish from now on",
    }),
  async (flags, { link, output }) => {
    const leaseId = await leaseArgument(flags.lease);
    const response = await link.ask(LockServiceService.proclaim, { leaseId, value: flags.value });
    if (output.json) await output.message(ProclaimResponse, response);
    output.talk("proclaimed");
    return EXIT.DONE;
  },
);
