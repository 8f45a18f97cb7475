import type { Duration } from "../../../gen/google/protobuf/duration.js";
import type { Lock } from "../../../gen/distributex/v1/lock.js";
import type { OperationResult, SessionLease } from "../../../gen/distributex/v1/session.js";
import type { LockError } from "../../contract/errors.js";
import type { GrantedLease } from "../../engine/engine.js";

export type Result = NonNullable<OperationResult["result"]>;

// About how many bytes each kind takes on the wire: enough to know when a message is full.
const SMALL_BYTES = 24;
const LEASE_BYTES = 96;
const ERROR_BYTES = 256;
const FULL_LEASE_BYTES = 768;
const LOCK_BYTES = 768;
const PERSON_BYTES = 128;

/** What a session is told of a lease, but for what is left of `maxhold`. */
export function sessionLease(lease: GrantedLease, ttl: Duration): SessionLease {
  return {
    leaseId: lease.id,
    fencingToken: lease.token,
    ttl,
    holderCount: lease.lock.holders.size,
    remainingHold: undefined,
  };
}

export function errorResult(error: LockError): Result {
  const { code, reason, message, metadata } = error;
  return { $case: "error", value: { code, reason, message, metadata } };
}

/** About how many bytes the result takes. */
export function bytesOf(result: Result): number {
  switch (result.$case) {
    case "granted":
      return LEASE_BYTES;
    case "released":
    case "cancelled":
      return SMALL_BYTES;
    case "notAcquired":
      return bytesOfLock(result.value.lock);
    case "inspected":
      return bytesOfLock(result.value);
    case "renewed":
      return FULL_LEASE_BYTES;
    case "resumed":
      return SMALL_BYTES + result.value.leases.length * LEASE_BYTES;
    case "error":
      return ERROR_BYTES + result.value.message.length;
  }
}

function bytesOfLock(lock: Lock | undefined): number {
  if (lock === undefined) return SMALL_BYTES;
  let bytes = LOCK_BYTES;
  for (const { owner } of lock.holders) bytes += bytesOfOwner(owner);
  for (const { owner } of lock.waiters) bytes += bytesOfOwner(owner);
  return bytes;
}

function bytesOfOwner(owner: Lock["holders"][number]["owner"]): number {
  if (owner === undefined) return PERSON_BYTES;
  let bytes = PERSON_BYTES + owner.host.length + owner.label.length;
  for (const key in owner.metadata) bytes += key.length + (owner.metadata[key] ?? "").length;
  return bytes;
}
