import { LockServiceService, RenewResponse } from "../../gen/distributex/v1/lock_service.js";
import { toWire } from "../contract/duration.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { durationFlag } from "./flag-values.js";
import { leaseArgument } from "./lease-argument.js";
import { leasePositional } from "./lease-command.js";
import { aligned } from "./table.js";
import { age } from "./wording.js";

/** Lets a lease run for its ttl, or a new one, from now. */
export const renew = command(
  (yargs) =>
    leasePositional(yargs).option("ttl", {
      type: "string",
      requiresArg: true,
      describe: "A new ttl; default: the lease's own",
    }),
  async (flags, { link, output }) => {
    const ttl = flags.ttl === undefined ? undefined : toWire(durationFlag("--ttl", flags.ttl));
    const leaseId = await leaseArgument(flags.lease);
    const response = await link.ask(LockServiceService.renew, { leaseId, ttl });
    const { lease } = response;
    if (output.json) await output.message(RenewResponse, response);
    else if (lease !== undefined) {
      const rows = [
        ["name", lease.name],
        ["token", lease.fencingToken.toString()],
        ["remaining", age(lease.remaining, "does not expire")],
      ];
      await output.data(aligned(rows));
    }
    return EXIT.DONE;
  },
);
