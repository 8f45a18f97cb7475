import { AdminServiceService } from "../../gen/distributex/v1/admin_service.js";
import { Lock } from "../../gen/distributex/v1/lock.js";
import { command } from "./command.js";
import { EXIT } from "./exit-codes.js";
import type { ServerLink } from "./server-link.js";
import { table } from "./table.js";
import { age, modeWord } from "./wording.js";

const PAGE_SIZE = 1_000;

/** Lists the locks in use: for people sorted by name, for scripts as they come, one a line. */
export const list = command(
  (yargs) =>
    yargs.positional("prefix", { type: "string", default: "", describe: "Only names that start with this" }),
  async (flags, { link, output }) => {
    const locks: Lock[] = [];
    let complete = true;
    for await (const page of pages(link, flags.prefix)) {
      complete &&= page.complete;
      if (!output.json) locks.push(...page.locks);
      else for (const lock of page.locks) await output.message(Lock, lock);
    }
    if (locks.length > 0) await output.data(lockTable(locks.sort(byName)));
    else output.talk("no locks are in use");
    if (!complete) output.talk("not complete: this server can't see all locks");
    return EXIT.DONE;
  },
);

async function* pages(link: ServerLink, prefix: string) {
  let pageToken = "";
  do {
    const request = { prefix, pageSize: PAGE_SIZE, pageToken };
    const page = await link.ask(AdminServiceService.listLocks, request);
    yield page;
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}

function byName(a: Lock, b: Lock): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function lockTable(locks: readonly Lock[]): string {
  return table(
    ["NAME", "MODE", "HOLDERS", "WAITERS", "TOKEN", "HOLDER", "HOST", "HELD", "REMAINING", "DELAY"],
    locks.map(({ holders: [first], ...lock }) => [
      lock.name,
      modeWord(lock.mode),
      lock.capacity === 1 ? String(lock.holderCount) : `${lock.holderCount}, capacity ${lock.capacity}`,
      String(lock.waiterCount),
      lock.fencingToken.toString(),
      first?.owner?.label ?? "",
      first?.owner?.host ?? "",
      age(first?.heldFor),
      age(first?.remaining),
      age(lock.lockDelayRemaining),
    ]),
  );
}
