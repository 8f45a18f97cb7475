import { LockError } from "../../contract/errors.js";
import { viewLock, type LockView } from "../../core/view.js";
import type { LockPage } from "../engine.js";
import type { Time } from "../time.js";
import type { LockTable } from "./lock-table.js";

/** Slots looked at in one turn of the event loop. */
const SLOTS_A_TURN = 2_000;
/** Characters of names and owners on a page, at up to 3 bytes each: stock gRPC clients take messages of 4 MiB. */
const PAGE_CHARACTERS = 1_000_000;

/** One page; its token is the slot to go on from. */
export async function listLocks(
  locks: LockTable,
  time: Time,
  prefix: string,
  pageSize: number,
  pageToken: string,
): Promise<LockPage> {
  const page: LockView[] = [];
  let slot = slotOfToken(pageToken);
  let room = PAGE_CHARACTERS;
  for (let looked = 1; slot < locks.slotCount && page.length < pageSize && room > 0; slot++, looked++) {
    const lock = locks.at(slot);
    if (lock?.name.startsWith(prefix) === true) {
      const view = viewLock(lock, time.now(), 1, 0);
      page.push(view);
      room -= charactersOf(view);
    }
    if (looked % SLOTS_A_TURN === 0)
      await new Promise<void>((resolve) => {
        time.soon(resolve);
      });
  }
  const next = slot < locks.slotCount ? slot.toString(36) : undefined;
  return { locks: page, next, complete: true };
}

function charactersOf({ name, pool, holders: [first] }: LockView): number {
  return name.length + pool.length + (first === undefined ? 0 : JSON.stringify(first.owner).length);
}

function slotOfToken(pageToken: string): number {
  if (pageToken === "") return 0;
  if (/^[0-9a-z]{1,8}$/.test(pageToken)) return parseInt(pageToken, 36);
  throw new LockError("INVALID_ARGUMENT", "page_token is not one that this server gave out", "page_token");
}
