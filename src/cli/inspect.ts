import {
  InspectRequest,
  InspectResponse,
  LockServiceService,
} from "../../gen/distributex/v1/lock_service.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { leaseArgument } from "./lease-argument.js";
import { lockView } from "./lock-view.js";
import { UsageError } from "./usage-error.js";

/** Shows one lock, by its name or by a live lease of it. */
export const inspect = command(
  (yargs) =>
    yargs.positional("name", { type: "string", describe: "The lock's name" }).option("lease", {
      type: "string",
      describe: "The lock of this lease, instead of a name; alone: of that in DISTRIBUTEX_LEASE or on stdin",
    }),
  async (flags, { link, output }) => {
    const response = await link.ask(LockServiceService.inspect, await target(flags.name, flags.lease));
    if (output.json) await output.message(InspectResponse, response);
    else if (response.lock !== undefined) await output.data(lockView(response.lock));
    return EXIT.DONE;
  },
);

async function target(name: string | undefined, lease: string | undefined): Promise<InspectRequest> {
  if ((lease === undefined) === (name === undefined))
    throw new UsageError("Expected either a name or --lease");
  if (name !== undefined) return InspectRequest.create({ name });
  return InspectRequest.create({ leaseId: await leaseArgument(lease === "" ? undefined : lease) });
}
