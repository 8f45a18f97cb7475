import { LockError } from "../contract/errors.js";
import { uncovered } from "./end.js";
import { grant } from "./grant.js";
import { Ticket, type Bond, type Granting, type Lease, type Lock, type Request } from "./lock.js";
import { admit } from "./policy.js";
import { findByRequestId, index, sameRequest } from "./request-ids.js";
import { fits } from "./units.js";

/** What became of a request at once. `before` is the bond of the earlier call with this request id. */
export type Answer =
  | { readonly kind: "granted"; readonly lease: Lease; readonly before?: Bond }
  | { readonly kind: "queued"; readonly ticket: Ticket; readonly before?: Bond }
  | { readonly kind: "contended" };

/** Somebody asks for the lock and would wait for `patienceMs` (0: a try, `Infinity`: as long as it takes). */
export function request(
  lock: Lock,
  request: Request,
  patienceMs: number,
  bond: Bond,
  granting: Granting,
): Answer {
  if (request.requestId !== undefined) {
    const entry = findByRequestId(lock, request.requestId);
    if (entry !== undefined) return repeat(entry, request, patienceMs, bond, granting);
  }
  if (!lock.covered) throw uncovered(lock.name);
  admit(lock.policy, request);
  // Nothing overtakes: whoever waits is served first, whatever this one asks for.
  if (lock.queue.size === 0 && fits(lock, request)) {
    return { kind: "granted", lease: grant(lock, granting.newId(), request, bond, granting) };
  }
  if (patienceMs <= 0) return { kind: "contended" };
  return { kind: "queued", ticket: enqueue(lock, request, patienceMs, bond, granting) };
}

/** The same request again: it gets the ticket or lease that it has, which now belongs to the newer call. */
function repeat(
  entry: Ticket | Lease,
  request: Request,
  patienceMs: number,
  bond: Bond,
  granting: Granting,
): Answer {
  if (!sameRequest(entry.request, request)) {
    throw new LockError(
      "REQUEST_ID_REUSED",
      "this request_id belongs to a request with another mode, weight, ttl, value, hold or principal",
      "request_id",
    );
  }
  const before = entry.bond;
  entry.bond = bond;
  if (entry.kind === "lease") return { kind: "granted", lease: entry, before };
  entry.dueAt = granting.now + patienceMs;
  return { kind: "queued", ticket: entry, before };
}

function enqueue(lock: Lock, request: Request, patienceMs: number, bond: Bond, granting: Granting): Ticket {
  if (lock.queue.size >= lock.policy.maxWaiters) {
    throw new LockError(
      "QUEUE_FULL",
      `this lock has as many waiters as its pool allows: ${lock.policy.maxWaiters}`,
    );
  }
  if (!granting.roomToWait()) {
    throw new LockError("QUEUE_FULL", "the server has as many waiters as it allows");
  }
  const { now } = granting;
  const position = lock.queue.size + 1;
  const ticket = new Ticket(granting.newId(), lock, request, bond, now, now + patienceMs, position);
  lock.queue.push(ticket);
  index(lock, ticket);
  return ticket;
}
