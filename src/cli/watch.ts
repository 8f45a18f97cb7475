import {
  AdminServiceService,
  LockEventType,
  lockEventTypeToJSON,
  WatchLocksResponse,
} from "../../gen/distributex/v1/admin_service.js";
import { command } from "./command.js";
import { printable } from "./escape.js";
import { EXIT } from "./exit-codes.js";
import { ownerText } from "./wording.js";

/** Shows what happens to locks from now on, until a signal ends it. Heartbeats are not shown, but for the first. */
export const watch = command(
  (yargs) =>
    yargs.positional("prefix", { type: "string", default: "", describe: "Only names that start with this" }),
  async (flags, { link, output }) => {
    let watching = false;
    for await (const event of link.listen(AdminServiceService.watchLocks, { prefix: flags.prefix })) {
      const heartbeat = event.type === LockEventType.UNSPECIFIED;
      if (heartbeat && watching) continue;
      if (output.json) await output.message(WatchLocksResponse, event);
      else if (!heartbeat) await output.data(printable(eventLine(event)));
      if (!watching) output.talk(event.complete ? "watching" : "watching; this server can't see all locks");
      watching = true;
    }
    return EXIT.DONE;
  },
);

function eventLine({
  type,
  name,
  fencingToken,
  owner,
  queueLength,
  eventTime,
  reason,
}: WatchLocksResponse): string {
  const word = lockEventTypeToJSON(type).replace("LOCK_EVENT_TYPE_", "").toLowerCase();
  const parts = [eventTime?.toISOString() ?? "", word.padEnd(8), name, ownerText(owner)];
  if (fencingToken !== 0n) parts.push(`token ${fencingToken.toString()}`);
  if (queueLength > 0) parts.push(`${queueLength} waiting`);
  if (reason !== "") parts.push(`(${reason})`);
  return parts.join("  ");
}
