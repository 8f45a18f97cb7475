import { Mode, type Holder, type Lock, type Waiter } from "../../gen/distributex/v1/lock.js";
import { ownerInfo, type OwnerInfo } from "./owner-info.js";
import { dateOf, msOf } from "./wire-time.js";

/** The state of a lock at one instant. A lock that nobody uses looks the same as one that never was used. */
export interface LockState {
  readonly name: string;
  /** The name or pattern of the pool that covers it. */
  readonly pool: string;
  /** How it is held. Undefined: nobody holds it. */
  readonly mode: "exclusive" | "shared" | undefined;
  /** Units the lock has: 1 for a mutex, more for a semaphore. */
  readonly capacity: number;
  /** The first 100 holders in order of their grants; only the first one in lists and in `NotAcquired`. */
  readonly holders: readonly HolderState[];
  /** The first 100 waiters in order of arrival; none in lists and in `NotAcquired`. */
  readonly waiters: readonly WaiterState[];
  /** All holders. */
  readonly holderCount: number;
  /** All waiters. */
  readonly waiterCount: number;
  /** The highest token granted that the server remembers. 0n: it keeps none for a lock that is idle. */
  readonly fencingToken: bigint;
  /** Milliseconds that units stay taken, with nobody holding them, after leases that ended abnormally. 0: none do. */
  readonly lockDelayRemainingMs: number;
}

/** A live lease as anyone may see it. */
export interface HolderState {
  /** A short hash of the lease id; good only to tell holders apart. */
  readonly ref: string;
  readonly owner: OwnerInfo;
  readonly mode: "exclusive" | "shared";
  /** Units taken; 1 when shared. */
  readonly weight: number;
  readonly fencingToken: bigint;
  /** When it was granted, by the server's clock; for people. */
  readonly acquireTime: Date;
  /** Milliseconds since it was granted. */
  readonly heldForMs: number;
  /** Milliseconds left unless renewed. Undefined: it never expires by itself, or lives as long as its stream. */
  readonly remainingMs: number | undefined;
}

/** A queued request as anyone may see it. */
export interface WaiterState {
  /** A short hash; good only to tell waiters apart. */
  readonly ref: string;
  readonly owner: OwnerInfo;
  readonly mode: "exclusive" | "shared";
  /** Units wanted; 1 when shared. */
  readonly weight: number;
  /** Place in the queue; 1 is next. */
  readonly position: number;
  /** When it was recorded, by the server's clock; for people. */
  readonly enqueueTime: Date;
  /** Milliseconds since then. */
  readonly waitedMs: number;
}

/** A lock off the wire. */
export function lockState(lock: Lock): LockState {
  const { name, pool, capacity, holderCount, waiterCount, fencingToken, lockDelayRemaining } = lock;
  return {
    name,
    pool,
    mode: lock.mode === Mode.UNSPECIFIED ? undefined : modeOf(lock.mode),
    capacity,
    holders: lock.holders.map(holderState),
    waiters: lock.waiters.map(waiterState),
    holderCount,
    waiterCount,
    fencingToken,
    lockDelayRemainingMs: msOf(lockDelayRemaining) ?? 0,
  };
}

function holderState({ owner, mode, acquireTime, heldFor, remaining, ...holder }: Holder): HolderState {
  const { ref, weight, fencingToken } = holder;
  return {
    ref,
    owner: ownerInfo(owner),
    mode: modeOf(mode),
    weight,
    fencingToken,
    acquireTime: dateOf(acquireTime),
    heldForMs: msOf(heldFor) ?? 0,
    remainingMs: msOf(remaining),
  };
}

function waiterState({ ref, owner, mode, weight, position, enqueueTime, waited }: Waiter): WaiterState {
  return {
    ref,
    owner: ownerInfo(owner),
    mode: modeOf(mode),
    weight,
    position,
    enqueueTime: dateOf(enqueueTime),
    waitedMs: msOf(waited) ?? 0,
  };
}

function modeOf(mode: Mode): "exclusive" | "shared" {
  return mode === Mode.SHARED ? "shared" : "exclusive";
}
