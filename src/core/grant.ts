import { index, unindex } from "./request-ids.js";
import { Lease, type Bond, type Granting, type Happening, type Leaving, type Lock } from "./lock.js";
import type { Request, Ticket } from "./lock.js";
import { fits, take } from "./units.js";

/** Makes the lease; the caller has made sure that it fits and that it is next. */
export function grant(lock: Lock, id: string, request: Request, bond: Bond, granting: Granting): Lease {
  const token = nextToken(lock, granting.tokenFloor());
  const lease = new Lease(id, lock, request, bond, token, granting.now);
  lock.lastToken = token;
  take(lock, request.mode, request.weight);
  lock.holders.push(lease);
  index(lock, lease);
  return lease;
}

/** Promise 3: higher than any before on this lock, and than any that a forgotten state can have given. */
function nextToken(lock: Lock, floor: bigint): bigint {
  const next = lock.lastToken + 1n;
  return next > floor ? next : floor;
}

/** Tickets that may leave the queue in one go: a long run of readers must not hold everybody else up. */
const RUN = 500;

/** Grants to the head of the queue for as long as it fits: promise 2, the only place that takes from the queue. */
export function grantWaiting(lock: Lock, granting: Granting, happenings: Happening[]): void {
  // Nobody fits, whatever he asks: those whose patience is over are each ended in their turn, not all in this one.
  if (lock.exclusiveUnits >= lock.policy.capacity) return;
  let left = RUN;
  for (let head = lock.queue.first; head !== undefined; head = lock.queue.first) {
    if (left-- === 0) {
      happenings.push({ kind: "unfinished", lock });
      return;
    }
    if (head.dueAt <= granting.now) {
      leave(head, "timed-out", happenings);
      continue;
    }
    if (granting.abandoned(head)) {
      leave(head, "cancelled", happenings);
      continue;
    }
    if (!fits(lock, head.request)) return;
    if (!granting.mine(head)) {
      happenings.push({ kind: "next", ticket: head });
      return;
    }
    dequeue(head);
    const lease = grant(lock, head.id, head.request, head.bond, granting);
    happenings.push({ kind: "granted", lease, ticket: head });
  }
}

/** Goes on with a run that was too long for one go. */
export function grantMore(lock: Lock, granting: Granting): Happening[] {
  const happenings: Happening[] = [];
  grantWaiting(lock, granting, happenings);
  return happenings;
}

/** Takes a ticket out of the queue without granting what it may have held up. */
export function leave(ticket: Ticket, why: Leaving, happenings: Happening[]): void {
  dequeue(ticket);
  happenings.push({ kind: "left", ticket, why });
}

function dequeue(ticket: Ticket): void {
  ticket.lock.queue.remove(ticket);
  unindex(ticket.lock, ticket);
}
