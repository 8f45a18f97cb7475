import { LockEventType, type WatchLocksResponse } from "../../gen/distributex/v1/admin_service.js";
import { ownerInfo, type OwnerInfo } from "./owner-info.js";
import { dateOf } from "./wire-time.js";

/** Something that happened to a lock. */
export interface LockEvent {
  /**
   * - `granted`: a lease was granted.
   * - `released`: it was given back.
   * - `expired`: it ended by its ttl, its pool's `maxhold` or the loss of its session.
   * - `broken`: an operator ended it.
   * - `queued`: a request joined the queue.
   * - `left`: a request left the queue without the lock.
   */
  readonly type: "granted" | "released" | "expired" | "broken" | "queued" | "left";
  /** The lock's name. */
  readonly name: string;
  /** The token of the lease. 0n: the event is about a waiter. */
  readonly fencingToken: bigint;
  /** Who holds, held or waits. */
  readonly owner: OwnerInfo;
  /** Waiters after the event. */
  readonly queueLength: number;
  /** When, by the server's clock. */
  readonly time: Date;
  /** Why it was broken, as the operator said. Empty: it wasn't, or no reason was given. */
  readonly reason: string;
  /** False: the server's engine can't see all locks; these are the events of this server. */
  readonly complete: boolean;
}

const TYPES: ReadonlyMap<LockEventType, LockEvent["type"]> = new Map([
  [LockEventType.GRANTED, "granted"],
  [LockEventType.RELEASED, "released"],
  [LockEventType.EXPIRED, "expired"],
  [LockEventType.BROKEN, "broken"],
  [LockEventType.QUEUED, "queued"],
  [LockEventType.LEFT, "left"],
]);

/** An event off the wire; undefined: a heartbeat, or what only newer clients know. */
export function lockEvent({
  type: wireType,
  owner,
  eventTime,
  ...event
}: WatchLocksResponse): LockEvent | undefined {
  const type = TYPES.get(wireType);
  if (type === undefined) return undefined;
  const { name, fencingToken, queueLength, reason, complete } = event;
  return {
    type,
    name,
    fencingToken,
    owner: ownerInfo(owner),
    queueLength,
    time: dateOf(eventTime),
    reason,
    complete,
  };
}
