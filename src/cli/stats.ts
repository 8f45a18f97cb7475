import { AdminServiceService, GetStatsResponse } from "../../gen/distributex/v1/admin_service.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { aligned } from "./table.js";
import { age } from "./wording.js";

/** Shows what there is now, and what happened since the server started. */
export const stats = command(
  (yargs) => yargs,
  async (_flags, { link, output }) => {
    const response = await link.ask(AdminServiceService.getStats, {});
    if (output.json) await output.message(GetStatsResponse, response);
    else await output.data(aligned(rows(response)));
    return EXIT.DONE;
  },
);

function rows(stats: GetStatsResponse): string[][] {
  const { uptime, ...counts } = stats;
  const words = (field: string) => field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return [
    ["uptime", age(uptime)],
    ...Object.entries(counts).map(([field, count]) => [words(field), count.toString()]),
  ];
}
