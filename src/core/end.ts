import { LockError } from "../contract/errors.js";
import { grantWaiting, leave } from "./grant.js";
import type { Delay, Ending, Granting, Happening, Lease, Leaving, Lock, Ticket } from "./lock.js";
import { misfit, type Policy } from "./policy.js";
import { unindex } from "./request-ids.js";
import { delayUnits, endDelay, giveBack } from "./units.js";

// Everything that frees units, and so lets the queue move.

/** Ends a live lease. An abnormal end keeps its units taken for the lock delay. */
export function end(lease: Lease, how: Ending, granting: Granting): Happening[] {
  const { lock, request } = lease;
  const { lockDelayMs } = lock.policy;
  lock.holders.remove(lease);
  unindex(lock, lease);
  giveBack(lock, request.mode, request.weight);
  const delay =
    how === "released" || lockDelayMs === 0
      ? undefined
      : delayUnits(lock, request.mode, request.weight, granting.now + lockDelayMs);
  const happenings: Happening[] = [{ kind: "ended", lease, how, delay }];
  grantWaiting(lock, granting, happenings);
  return happenings;
}

/** How a lease ends whose time is up, or its session's. */
export function lapse(lease: Lease): Ending {
  const { session } = lease.bond;
  if (session !== undefined && session.dueAt < lease.dueAt) return session.ending;
  return lease.dueAt >= lease.holdUntil ? "max-hold" : "expired";
}

/** Takes a ticket out of the queue; when it was the head, those behind it may go ahead. */
export function withdraw(ticket: Ticket, why: Leaving, granting: Granting): Happening[] {
  const { lock } = ticket;
  const wasHead = lock.queue.first === ticket;
  const happenings: Happening[] = [];
  leave(ticket, why, happenings);
  if (wasHead) grantWaiting(lock, granting, happenings);
  return happenings;
}

/** A lock delay is over. */
export function endOfDelay(delay: Delay, granting: Granting): Happening[] {
  const happenings: Happening[] = [];
  endDelay(delay);
  grantWaiting(delay.lock, granting, happenings);
  return happenings;
}

/**
 * Puts the lock under a new policy; undefined: no pool covers it any more. Holders keep what they have; waiters
 * that the policy can't serve end with an error.
 */
export function setPolicy(lock: Lock, policy: Policy | undefined, granting: Granting): Happening[] {
  lock.covered = policy !== undefined;
  if (policy !== undefined) lock.policy = policy;
  const happenings: Happening[] = [];
  for (const ticket of lock.queue) {
    const fault = policy === undefined ? uncovered(lock.name) : misfit(policy, ticket.request);
    if (fault !== undefined) leave(ticket, fault, happenings);
  }
  grantWaiting(lock, granting, happenings);
  return happenings;
}

/** The error for a lock that no pool covers. */
export function uncovered(name: string): LockError {
  return new LockError("UNKNOWN_POOL", `no pool covers the lock ${JSON.stringify(name)}`, "name");
}
