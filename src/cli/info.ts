import { AdminServiceService, GetServerInfoResponse } from "../../gen/distributex/v1/admin_service.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { aligned } from "./table.js";
import { age, ageOrNone } from "./wording.js";

/** Shows what the server is and what its engine guarantees. */
export const info = command(
  (yargs) => yargs,
  async (_flags, { link, output }) => {
    const response = await link.ask(AdminServiceService.getServerInfo, {});
    if (output.json) await output.message(GetServerInfoResponse, response);
    else await output.data(aligned(rows(response)));
    return EXIT.DONE;
  },
);

function rows(info: GetServerInfoResponse): string[][] {
  const { guarantees } = info;
  const facts = [
    ["version", info.version],
    ["engine", info.engine],
    ["uptime", age(info.uptime)],
    ["state", state(info)],
  ];
  if (guarantees === undefined) return facts;
  return [
    ...facts,
    ["exclusion", yesNo(guarantees.exclusion)],
    ["exclusion over restart", yesNo(guarantees.exclusionOverRestart)],
    ["state over restart", yesNo(guarantees.stateOverRestart)],
    ["shared by servers", yesNo(guarantees.sharedByServers)],
    ["enumerates", yesNo(guarantees.enumerates)],
    ["longest ttl", age(guarantees.longestTtl, "none")],
    ["start delay", ageOrNone(guarantees.startDelay)],
    ...guarantees.notes.map((note) => ["note", note]),
  ];
}

function state({ draining, startDelayRemaining }: GetServerInfoResponse): string {
  if (draining) return "shutting down";
  return startDelayRemaining === undefined ? "granting" : `grants nothing for ${age(startDelayRemaining)}`;
}

function yesNo(is: boolean): string {
  return is ? "yes" : "no";
}
