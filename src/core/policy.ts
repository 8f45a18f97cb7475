import { LockError } from "../contract/errors.js";
import { formatDuration } from "../contract/duration.js";
import { LIMITS } from "../contract/limits.js";
import type { Request } from "./lock.js";

/** What a pool says about its locks. Durations are milliseconds; `Infinity` is "never" or "no limit". */
export interface Policy {
  /** The pool's name: an exact lock name, or a pattern with `*`. */
  readonly name: string;
  readonly defaultTtlMs: number;
  readonly maxTtlMs: number;
  readonly maxHoldMs: number;
  readonly capacity: number;
  /** Who may use its locks; empty is anyone. */
  readonly servers: readonly string[];
  readonly lockDelayMs: number;
  readonly maxWaiters: number;
}

/** The ttl of a lease that asks for `ttlMs`: undefined is the pool's own, 0 asks for one that never expires. */
export function resolveTtl(policy: Policy, ttlMs: number | undefined): number {
  if (ttlMs === undefined) return policy.defaultTtlMs;
  const ttl = ttlMs === 0 ? Infinity : ttlMs;
  if (ttl < LIMITS.minTtlMs) {
    throw new LockError("INVALID_TTL", `ttl is under ${formatDuration(LIMITS.minTtlMs)}`, "ttl");
  }
  if (ttl > policy.maxTtlMs) {
    const asked = ttl === Infinity ? "ttl is 0, which is for ever:" : "ttl is";
    const ceiling = `${formatDuration(policy.maxTtlMs)}, the ceiling of pool "${policy.name}"`;
    throw new LockError("INVALID_TTL", `${asked} over ${ceiling}`, "ttl");
  }
  return ttl;
}

/** Refuses a request that the pool could never grant, or not to this caller. */
export function admit(policy: Policy, request: Request): void {
  const fault = misfit(policy, request);
  if (fault !== undefined) throw fault;
  if (policy.servers.length > 0) admitServer(policy, request);
}

/** Why a lock under this policy can't be held this way; asked again for each waiter when a reload changes it. */
export function misfit(policy: Policy, request: Request): LockError | undefined {
  if (request.mode === "shared" && request.weight !== 1) {
    return new LockError("INVALID_WEIGHT", "weight of a shared acquisition is over 1", "weight");
  }
  if (request.weight > policy.capacity) {
    const message = `weight ${request.weight} is over the capacity ${policy.capacity} of pool "${policy.name}"`;
    return new LockError("INVALID_WEIGHT", message, "weight");
  }
  if (request.election && policy.capacity > 1) {
    const message = `an election needs a lock of capacity 1; pool "${policy.name}" has ${policy.capacity}`;
    return new LockError("INVALID_ARGUMENT", message, request.value === "" ? "name" : "value");
  }
  return undefined;
}

function admitServer(policy: Policy, request: Request): void {
  const who = request.principal === "" ? request.owner.host : request.principal;
  if (who !== "" && policy.servers.includes(who)) return;
  const told = who === "" ? "no owner.host is stated" : "this host is not among them";
  throw new LockError("NOT_ALLOWED", `pool "${policy.name}" is for its servers only; ${told}`, "owner.host");
}
