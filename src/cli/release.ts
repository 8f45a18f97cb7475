import { LockServiceService, ReleaseResponse } from "../../gen/distributex/v1/lock_service.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { leaseArgument } from "./lease-argument.js";
import { leasePositional } from "./lease-command.js";

/** Ends a lease. What was not held any more is no failure: it is free, which is what was asked for. */
export const release = command(leasePositional, async (flags, { link, output }) => {
  const leaseId = await leaseArgument(flags.lease);
  const response = await link.ask(LockServiceService.release, { leaseId });
  if (output.json) await output.message(ReleaseResponse, response);
  output.talk(response.wasHeld ? "released" : "was not held any more: released before, expired or broken");
  return EXIT.DONE;
});
