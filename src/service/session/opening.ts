import type { OpenSession, SessionLease, SessionOpened } from "../../../gen/distributex/v1/session.js";
import { fromWire, toWire } from "../../contract/duration.js";
import { LockError } from "../../contract/errors.js";
import { LIMITS } from "../../contract/limits.js";
import type { SessionHandle } from "../../engine/engine.js";

/** The ttl of a session that asks for none. */
const DEFAULT_TTL_MS = 30_000;

/** How long a session is to live without its client, in milliseconds. */
export function livesOf(open: OpenSession): { ttlMs: number; graceMs: number } {
  const ttlMs = open.ttl === undefined ? DEFAULT_TTL_MS : fromWire(open.ttl, "open.ttl", "INVALID_TTL");
  const graceMs = open.grace === undefined ? 0 : fromWire(open.grace, "open.grace", "INVALID_TTL");
  if (ttlMs < LIMITS.minTtlMs) refuse("open.ttl", "is under 1 s");
  if (ttlMs > LIMITS.maxSessionMs) refuse("open.ttl", "is over 24 h");
  if (graceMs > LIMITS.maxSessionMs) refuse("open.grace", "is over 24 h");
  return { ttlMs, graceMs };
}

export function openedMessage(
  session: SessionHandle,
  leases: SessionLease[],
  maxInFlight: number,
): SessionOpened {
  const { id, ttlMs, graceMs } = session;
  const keptMs = graceMs === 0 ? ttlMs : Math.min(ttlMs, graceMs);
  return {
    sessionId: id,
    leases,
    ttl: toWire(ttlMs),
    grace: toWire(graceMs),
    pingInterval: toWire(keptMs / 3),
    maxInFlight,
  };
}

function refuse(field: string, fault: string): never {
  throw new LockError("INVALID_TTL", `${field} ${fault}`, field);
}
