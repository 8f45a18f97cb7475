import type { Lease, Lock, Request, Ticket } from "./lock.js";

/** Up to so many entries are looked through; with more, a lock keeps an index of its request ids. */
const LOOKED_THROUGH = 8;

/** The live ticket or lease of this lock that has the request id. */
export function findByRequestId(lock: Lock, requestId: string): Ticket | Lease | undefined {
  if (lock.byRequestId !== undefined) return lock.byRequestId.get(requestId);
  for (const lease of lock.holders) if (lease.request.requestId === requestId) return lease;
  for (const ticket of lock.queue) if (ticket.request.requestId === requestId) return ticket;
  return undefined;
}

/** Whether a repeated request is the same one: promise 7 names what must agree. */
export function sameRequest(a: Request, b: Request): boolean {
  return (
    a.mode === b.mode &&
    a.weight === b.weight &&
    // Asked for alike is the same, also when a reload has changed what the pool says meanwhile.
    (a.ttlMs === b.ttlMs || a.askedTtlMs === b.askedTtlMs) &&
    a.value === b.value &&
    a.election === b.election &&
    a.hold === b.hold &&
    a.principal === b.principal
  );
}

/** Called when an entry has joined the lock. */
export function index(lock: Lock, entry: Ticket | Lease): void {
  if (lock.byRequestId !== undefined) {
    addTo(lock.byRequestId, entry);
  } else if (lock.holders.size + lock.queue.size > LOOKED_THROUGH) {
    lock.byRequestId = new Map();
    for (const lease of lock.holders) addTo(lock.byRequestId, lease);
    for (const ticket of lock.queue) addTo(lock.byRequestId, ticket);
  }
}

/** Called when an entry has left the lock. */
export function unindex(lock: Lock, entry: Ticket | Lease): void {
  if (lock.byRequestId === undefined) return;
  if (entry.request.requestId !== undefined) lock.byRequestId.delete(entry.request.requestId);
  if (lock.holders.size + lock.queue.size === 0) lock.byRequestId = undefined;
}

function addTo(byRequestId: Map<string, Ticket | Lease>, entry: Ticket | Lease): void {
  if (entry.request.requestId !== undefined) byRequestId.set(entry.request.requestId, entry);
}
