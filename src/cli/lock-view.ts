import type { Holder, Lock, Waiter } from "../../gen/distributex/v1/lock.js";
import { aligned, table } from "./table.js";
import { age, metadataText, modeWord, unitsTaken } from "./wording.js";

/** One lock for people: what it is, then its holders and its waiters as tables. */
export function lockView(lock: Lock): string {
  const facts = [
    ["name", lock.name],
    ["pool", lock.pool],
    ["mode", lock.mode === 0 ? "free" : `${modeWord(lock.mode)}, ${unitsTaken(lock)}`],
    ["waiters", String(lock.waiterCount)],
    ["token", lock.fencingToken === 0n ? "none" : lock.fencingToken.toString()],
  ];
  if (lock.lockDelayRemaining !== undefined) facts.push(["lock delay", age(lock.lockDelayRemaining)]);
  const parts = [aligned(facts)];
  if (lock.holders.length > 0)
    parts.push("", holderTable(lock.holders), ...more(lock.holders, lock.holderCount));
  if (lock.waiters.length > 0)
    parts.push("", waiterTable(lock.waiters), ...more(lock.waiters, lock.waiterCount));
  return parts.join("\n");
}

export function holderTable(holders: readonly Holder[]): string {
  return table(
    ["HOLDER", "HOST", "MODE", "WEIGHT", "TOKEN", "HELD", "REMAINING", "METADATA"],
    holders.map((holder) => [
      holder.owner?.label ?? "",
      holder.owner?.host ?? "",
      modeWord(holder.mode),
      String(holder.weight),
      holder.fencingToken.toString(),
      age(holder.heldFor),
      age(holder.remaining, "-"),
      metadataText(holder.owner),
    ]),
  );
}

function waiterTable(waiters: readonly Waiter[]): string {
  return table(
    ["PLACE", "WAITER", "HOST", "MODE", "WEIGHT", "WAITED", "METADATA"],
    waiters.map((waiter) => [
      String(waiter.position),
      waiter.owner?.label ?? "",
      waiter.owner?.host ?? "",
      modeWord(waiter.mode),
      String(waiter.weight),
      age(waiter.waited),
      metadataText(waiter.owner),
    ]),
  );
}

function more(shown: readonly unknown[], count: number): string[] {
  return count > shown.length ? [`and ${count - shown.length} more`] : [];
}
