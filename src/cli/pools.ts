import { AdminServiceService, Pool } from "../../gen/distributex/v1/admin_service.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { table } from "./table.js";
import { ageOrNone } from "./wording.js";

const PAGE_SIZE = 1_000;

/** Lists the pools in the order of the configuration; for scripts one a line. */
export const pools = command(
  (yargs) => yargs,
  async (_flags, { link, output }) => {
    const all: Pool[] = [];
    let pageToken = "";
    do {
      const page = await link.ask(AdminServiceService.listPools, { pageSize: PAGE_SIZE, pageToken });
      all.push(...page.pools);
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    if (output.json) for (const pool of all) await output.message(Pool, pool);
    else await output.data(poolTable(all));
    return EXIT.DONE;
  },
);

function poolTable(all: readonly Pool[]): string {
  return table(
    ["POOL", "CAPACITY", "TTL", "MAX TTL", "MAX HOLD", "LOCK DELAY", "MAX WAITERS", "SERVERS"],
    all.map((pool) => [
      pool.name,
      String(pool.capacity),
      ageOrNone(pool.defaultTtl),
      ageOrNone(pool.maxTtl),
      ageOrNone(pool.maxHold),
      ageOrNone(pool.lockDelay),
      String(pool.maxWaiters),
      pool.servers.length === 0 ? "anyone" : pool.servers.join(","),
    ]),
  );
}
