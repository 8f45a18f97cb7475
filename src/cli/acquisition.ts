import { type AcquireRequest, LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import type { Lease } from "../../gen/distributex/v1/lock.js";
import { elapsedSince, moment, type Moment } from "../client/clock.js";
import { DistributexError } from "../client/errors.js";
import { safetyMargin } from "../client/margin.js";
import { fromWire, toWire } from "../contract/duration.js";
import type { ServerLink } from "./server-link.js";

/** How long to tidy up after a signal, in milliseconds. */
const FAREWELL_MS = 2_000;

/** A lease, and when the request was sent that its `remaining` answers. */
export interface DatedLease {
  readonly lease: Lease;
  readonly sentAt: Moment;
}

/** Milliseconds until the lease must be counted as lost; Infinity: it never expires by itself. */
export function trustedMs({ lease, sentAt }: DatedLease): number {
  if (lease.remaining === undefined) return Infinity;
  const ttlMs = lease.ttl === undefined ? 0 : fromWire(lease.ttl, "ttl");
  return fromWire(lease.remaining, "remaining") - safetyMargin(ttlMs) - elapsedSince(sentAt);
}

/**
 * Confirms a grant by a renewal: how long the grant was under way nobody knows, after a wait of minutes or behind a
 * network that stood still.
 *
 * @throws {DistributexError} LEASE_NOT_HELD when it was lost meanwhile
 */
export async function confirmed(link: ServerLink, lease: Lease): Promise<DatedLease> {
  const sentAt = moment();
  try {
    const renewed = await link.ask(LockServiceService.renew, { leaseId: lease.leaseId, ttl: undefined });
    return { lease: renewed.lease ?? lease, sentAt };
  } catch (thrown) {
    // Refused because an earlier renewal, whose answer was lost, reached as far as the pool allows: it is held.
    if (thrown instanceof DistributexError && thrown.reason === "MAX_HOLD") return inspected(link, lease);
    throw thrown;
  }
}

/** What is left of a lease, as Inspect shows it. */
async function inspected(link: ServerLink, lease: Lease): Promise<DatedLease> {
  const sentAt = moment();
  const { lock } = await link.ask(LockServiceService.inspect, { name: "", leaseId: lease.leaseId });
  const holder = lock?.holders.find(({ fencingToken }) => fencingToken === lease.fencingToken);
  // Among more holders than Inspect shows, nobody can say; then it counts as over.
  return { lease: { ...lease, remaining: holder?.remaining ?? toWire(0) }, sentAt };
}

/** What bounds a last call after the signal that ends the command: a signal of its own, and little time. */
export function farewell(): { readonly signal: AbortSignal } {
  return { signal: AbortSignal.timeout(FAREWELL_MS) };
}

/** Releases a lease that nobody will use, as far as the server can be reached; else it ends at its ttl. */
export async function giveBack(link: ServerLink, leaseId: string): Promise<void> {
  await link.ask(LockServiceService.release, { leaseId }, farewell()).catch(() => undefined);
}

/**
 * Leaves nothing behind of an acquisition that was called off: the grant may have been under way at that moment.
 * Asked again with the same request id the server tells, and what it granted is given back.
 */
export async function abandon(link: ServerLink, request: AcquireRequest): Promise<void> {
  if (!link.used) return;
  const onceMore = { ...request, waitTimeout: undefined };
  const found = await link.ask(LockServiceService.acquire, onceMore, farewell()).catch(() => undefined);
  if (found?.lease !== undefined) await giveBack(link, found.lease.leaseId);
}
