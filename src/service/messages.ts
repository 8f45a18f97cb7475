import {
  AcquireOutcome,
  type Holder,
  type Leader,
  type Lease,
  type Lock,
  LossReason,
  Mode as WireMode,
  type NotAcquired,
  type Waiter,
} from "../../gen/distributex/v1/lock.js";
import { toWire } from "../contract/duration.js";
import type { Ending, Mode } from "../core/lock.js";
import type { HolderView, LeaderView, LockView, WaiterView } from "../core/view.js";
import type { GrantedLease, LeaseTimes } from "../engine/engine.js";

// What engines answer, into messages. Wall-clock times are for people, worked out here from durations.

/** A duration field whose absence means "without end". */
function limited(ms: number): ReturnType<typeof toWire> | undefined {
  return ms === Infinity ? undefined : toWire(ms);
}

/** The last moment that a Timestamp can say. A lease may well run beyond it. */
const LAST_TIMESTAMP = Date.UTC(9999, 11, 31, 23, 59, 59);

function ago(ms: number): Date {
  return new Date(Math.min(Date.now() - ms, LAST_TIMESTAMP));
}

function modeMessage(mode: Mode | undefined): WireMode {
  if (mode === undefined) return WireMode.UNSPECIFIED;
  return mode === "shared" ? WireMode.SHARED : WireMode.EXCLUSIVE;
}

export function leaseMessage(lease: GrantedLease, { heldForMs, remainingMs }: LeaseTimes): Lease {
  const { mode, weight } = lease.request;
  return {
    leaseId: lease.id,
    name: lease.lock.name,
    fencingToken: lease.token,
    mode: modeMessage(mode),
    weight,
    ttl: toWire(lease.ttlMs === Infinity ? 0 : lease.ttlMs),
    remaining: limited(remainingMs),
    acquireTime: ago(heldForMs),
    expireTime: remainingMs === Infinity ? undefined : ago(-remainingMs),
    holderCount: lease.lock.holders.size,
  };
}

export function lockMessage(lock: LockView): Lock {
  return {
    name: lock.name,
    pool: lock.pool,
    mode: modeMessage(lock.mode),
    capacity: lock.capacity,
    holders: lock.holders.map(holderMessage),
    waiters: lock.waiters.map(waiterMessage),
    holderCount: lock.holderCount,
    waiterCount: lock.waiterCount,
    fencingToken: lock.token,
    lockDelayRemaining: lock.lockDelayRemainingMs === 0 ? undefined : toWire(lock.lockDelayRemainingMs),
  };
}

export function holderMessage(holder: HolderView): Holder {
  return {
    ref: holder.ref,
    owner: holder.owner,
    mode: modeMessage(holder.mode),
    weight: holder.weight,
    fencingToken: holder.token,
    acquireTime: ago(holder.heldForMs),
    heldFor: toWire(holder.heldForMs),
    remaining: limited(holder.remainingMs),
  };
}

function waiterMessage(waiter: WaiterView): Waiter {
  return {
    ref: waiter.ref,
    owner: waiter.owner,
    mode: modeMessage(waiter.mode),
    weight: waiter.weight,
    position: waiter.position,
    enqueueTime: ago(waiter.waitedMs),
    waited: toWire(waiter.waitedMs),
  };
}

export function leaderMessage(leader: LeaderView): Leader {
  const { owner, value, token, heldForMs } = leader;
  return { owner, value, fencingToken: token, electTime: ago(heldForMs) };
}

export function notAcquiredMessage(outcome: "contended" | "timed-out", lock: LockView): NotAcquired {
  return {
    outcome: outcome === "contended" ? AcquireOutcome.CONTENDED : AcquireOutcome.TIMED_OUT,
    lock: lockMessage(lock),
  };
}

const LOSS_REASONS: Readonly<Record<Ending, LossReason>> = {
  released: LossReason.RELEASED,
  expired: LossReason.EXPIRED,
  "max-hold": LossReason.MAX_HOLD,
  broken: LossReason.FORCE_RELEASED,
  "session-lost": LossReason.SESSION_LOST,
  "engine-lost": LossReason.ENGINE_LOST,
  "shutting-down": LossReason.SHUTTING_DOWN,
};

export function lossReason(how: Ending): LossReason {
  return LOSS_REASONS[how];
}
