import { LockError } from "../contract/errors.js";
import type { Lease } from "./lock.js";
import { resolveTtl } from "./policy.js";

/**
 * Lets a live lease run for its ttl (or the new one) from now: never shorter than before, never past its pool's
 * `maxhold`. The first renewal that reaches so far is answered, so that whoever waited for a grant can confirm it
 * also where the ttl is as long as `maxhold`; those after it are refused. A session's lease is kept by its session:
 * nothing changes.
 */
export function renew(lease: Lease, ttlMs: number | undefined, now: number): void {
  if (lease.bond.session !== undefined) return;
  const ttl = ttlMs === undefined ? lease.ttlMs : resolveTtl(lease.lock.policy, ttlMs);
  if (lease.atMaxHold) {
    throw new LockError("MAX_HOLD", "this lease has been renewed for as long as its pool allows");
  }
  lease.ttlMs = ttl;
  lease.dueAt = Math.max(lease.dueAt, Math.min(now + ttl, lease.holdUntil));
  lease.atMaxHold = lease.holdUntil !== Infinity && lease.dueAt >= lease.holdUntil;
}
