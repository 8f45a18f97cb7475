import { createHash } from "node:crypto";
import type { Lease, Lock, Mode, Owner, Ticket } from "./lock.js";

// What anyone may see of a lock: never an id that has power.

export interface HolderView {
  readonly ref: string;
  readonly owner: Owner;
  readonly mode: Mode;
  readonly weight: number;
  readonly token: bigint;
  readonly heldForMs: number;
  /** `Infinity`: it never expires by itself, or lives as long as its session. */
  readonly remainingMs: number;
}

export interface WaiterView {
  readonly ref: string;
  readonly owner: Owner;
  readonly mode: Mode;
  readonly weight: number;
  readonly position: number;
  readonly waitedMs: number;
}

export interface LeaderView {
  readonly owner: Owner;
  readonly value: string;
  readonly token: bigint;
  readonly heldForMs: number;
}

export interface LockView {
  readonly name: string;
  readonly pool: string;
  readonly mode: Mode | undefined;
  readonly capacity: number;
  readonly holders: readonly HolderView[];
  readonly waiters: readonly WaiterView[];
  readonly holderCount: number;
  readonly waiterCount: number;
  readonly token: bigint;
  /** 0: no lock delay runs. */
  readonly lockDelayRemainingMs: number;
}

/** A lock as it is now, with the first so many of its holders and waiters. */
export function viewLock(lock: Lock, now: number, holders: number, waiters: number): LockView {
  return {
    name: lock.name,
    pool: lock.policy.name,
    mode: lock.holders.first?.request.mode,
    capacity: lock.policy.capacity,
    holders: firstOf(lock.holders, holders).map((lease) => viewHolder(lease, now)),
    waiters: firstOf(lock.queue, waiters).map((ticket, i) => viewWaiter(ticket, i + 1, now)),
    holderCount: lock.holders.size,
    waiterCount: lock.queue.size,
    token: lock.lastToken,
    lockDelayRemainingMs: delayRemaining(lock, now),
  };
}

export function viewHolder(lease: Lease, now: number): HolderView {
  const { owner, mode, weight } = lease.request;
  return {
    ref: refOf(lease.id),
    owner,
    mode,
    weight,
    token: lease.token,
    heldForMs: now - lease.acquiredAt,
    remainingMs: Math.min(lease.dueAt, lease.bond.session?.dueAt ?? Infinity) - now,
  };
}

function viewWaiter(ticket: Ticket, position: number, now: number): WaiterView {
  const { owner, mode, weight } = ticket.request;
  return { ref: refOf(ticket.id), owner, mode, weight, position, waitedMs: now - ticket.enqueuedAt };
}

/** The leader of the election that this lock is: its EXCLUSIVE holder, as long as its capacity is 1. */
export function viewLeader(lock: Lock, now: number): LeaderView | undefined {
  const lease = leaderOf(lock);
  return lease === undefined ? undefined : leaderView(lease, now);
}

export function leaderView(lease: Lease, now: number): LeaderView {
  return {
    owner: lease.request.owner,
    value: lease.value,
    token: lease.token,
    heldForMs: now - lease.acquiredAt,
  };
}

/** The lease of the leader. After a reload raised the capacity, only one that stood for election leads. */
export function leaderOf(lock: Lock): Lease | undefined {
  const first = lock.holders.first;
  if (first?.request.mode !== "exclusive") return undefined;
  return lock.policy.capacity === 1 || first.request.election ? first : undefined;
}

function delayRemaining(lock: Lock, now: number): number {
  return lock.delays === undefined ? 0 : Math.max(0, lock.delayedUntil - now);
}

function firstOf<T>(entries: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  if (count === 0) return first;
  for (const entry of entries) {
    first.push(entry);
    if (first.length === count) break;
  }
  return first;
}

/** A short name for an id that must stay secret: the first 48 bits of its SHA-256. */
export function refOf(id: string): string {
  return createHash("sha256").update(id).digest("hex").slice(0, 12);
}
