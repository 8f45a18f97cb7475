import {
  lossReasonToJSON,
  Mode,
  type Leader,
  type Lock,
  type LossReason,
  type Owner,
  type Queued,
} from "../../gen/distributex/v1/lock.js";
import type { Duration } from "../../gen/google/protobuf/duration.js";
import { formatDuration, fromWire } from "../contract/duration.js";

/** An age or a time left, such as `3m12s`. */
export function age(duration: Duration | undefined, absent = ""): string {
  return duration === undefined ? absent : formatDuration(fromWire(duration, "duration"));
}

/** An age, or `none` where it is 0 or absent. */
export function ageOrNone(duration: Duration | undefined): string {
  return duration === undefined || fromWire(duration, "duration") === 0 ? "none" : age(duration);
}

export function modeWord(mode: Mode): string {
  switch (mode) {
    case Mode.SHARED:
      return "shared";
    case Mode.EXCLUSIVE:
      return "exclusive";
    default:
      return "free";
  }
}

/** `3` for a plain holder, `2 of 3`-like where a lock has several units. */
export function unitsTaken(lock: Lock): string {
  const noun = lock.holderCount === 1 ? "holder" : "holders";
  return lock.capacity === 1
    ? `${lock.holderCount} ${noun}`
    : `${lock.holderCount} ${noun}, capacity ${lock.capacity}`;
}

/** Who that is, in a sentence: `web-1 (deploy@4242)`. */
export function ownerText(owner: Owner | undefined): string {
  const { host = "", label = "" } = owner ?? {};
  if (host === "") return label === "" ? "somebody unnamed" : label;
  return label === "" ? host : `${host} (${label})`;
}

/** What else the owner says of itself: `k=v k=v`. */
export function metadataText(owner: Owner | undefined): string {
  return Object.entries(owner?.metadata ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

/** The constant of a loss without its prefix: `FORCE_RELEASED`. */
export function lossConstant(reason: LossReason): string {
  return lossReasonToJSON(reason).replace("LOSS_REASON_", "");
}

/** Why a lock was not to be had. */
export function whoHolds(lock: Lock | undefined): string {
  const [holder] = lock?.holders ?? [];
  if (lock === undefined) return "it is taken";
  if (holder === undefined) {
    if (lock.lockDelayRemaining !== undefined)
      return `it is under lock delay for ${age(lock.lockDelayRemaining)}`;
    return lock.waiterCount > 0 ? `${lock.waiterCount} are waiting for it` : "it is taken";
  }
  const others = lock.holderCount > 1 ? ` and ${lock.holderCount - 1} more` : "";
  const queue = lock.waiterCount > 0 ? `, ${lock.waiterCount} waiting` : "";
  return `held by ${ownerText(holder.owner)}${others} for ${age(holder.heldFor)} (token ${holder.fencingToken.toString()})${queue}`;
}

/** A leader on one line: what it publishes, who it is, its token. */
export function leaderLine(leader: Leader | undefined): string {
  if (leader === undefined) return "nobody leads";
  const value = leader.value === "" ? "(no value)" : leader.value;
  return `${value}  ${ownerText(leader.owner)}  token ${leader.fencingToken.toString()}`;
}

/** A place in the queue, in a sentence. */
export function placeText(name: string, { position, queueLength }: Queued): string {
  return `waiting for ${name}: place ${position} of ${queueLength}`;
}
