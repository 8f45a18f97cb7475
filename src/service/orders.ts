import type { Duration } from "../../gen/google/protobuf/duration.js";
import { Mode as WireMode, type Owner as WireOwner } from "../../gen/distributex/v1/lock.js";
import type { AcquireRequest, CampaignRequest, WaitRequest } from "../../gen/distributex/v1/lock_service.js";
import { fromWire } from "../contract/duration.js";
import { LockError } from "../contract/errors.js";
import { LIMITS, type ServerLimits } from "../contract/limits.js";
import { checkName, checkRequestId, checkText } from "../contract/names.js";
import type { Mode, Owner } from "../core/lock.js";
import type { Order } from "../engine/engine.js";

// Requests as they came, checked for form, into what engines take. Each fault names the field.

const NOBODY: Owner = { host: "", label: "", metadata: {} };

export function orderOfAcquire(request: AcquireRequest, limits: ServerLimits): Order {
  return orderOf(request, patienceOf(request.waitTimeout, 0), limits, request.value !== "");
}

export function orderOfWait(request: WaitRequest, limits: ServerLimits): Order {
  return orderOf(request, patienceOf(request.waitTimeout, Infinity), limits, request.value !== "");
}

/** A campaign as an order, without the session that it is to live in. */
export function orderOfCampaign(request: CampaignRequest, limits: ServerLimits): Order {
  return orderOf({ ...request, mode: WireMode.EXCLUSIVE, weight: 1 }, Infinity, limits, true);
}

/** A ttl as asked for: undefined is the pool's own, 0 is one that never ends. */
export function ttlOf(ttl: Duration | undefined): number | undefined {
  return ttl === undefined ? undefined : fromWire(ttl, "ttl", "INVALID_TTL");
}

function patienceOf(waitTimeout: Duration | undefined, absent: number): number {
  return waitTimeout === undefined ? absent : fromWire(waitTimeout, "wait_timeout");
}

function orderOf(
  request: Omit<AcquireRequest, "waitTimeout">,
  patienceMs: number,
  limits: ServerLimits,
  election: boolean,
): Order {
  const { name, mode, weight, ttl, owner, requestId, value } = request;
  checkName(name);
  checkText(value, "value", LIMITS.valueBytes);
  return {
    name,
    mode: modeOf(mode),
    weight: weight === 0 ? 1 : weight,
    ttlMs: ttlOf(ttl),
    patienceMs,
    owner: ownerOf(owner, limits),
    requestId: checkRequestId(requestId),
    value,
    election,
    principal: "",
    session: undefined,
  };
}

function modeOf(mode: WireMode): Mode {
  switch (mode) {
    case WireMode.UNSPECIFIED:
    case WireMode.EXCLUSIVE:
      return "exclusive";
    case WireMode.SHARED:
      return "shared";
    default:
      throw new LockError("INVALID_ARGUMENT", "mode is none that this server knows", "mode");
  }
}

function ownerOf(owner: WireOwner | undefined, limits: ServerLimits): Owner {
  if (owner === undefined) return NOBODY;
  checkText(owner.host, "owner.host", LIMITS.ownerFieldBytes);
  checkText(owner.label, "owner.label", LIMITS.ownerFieldBytes);
  checkMetadata(owner.metadata, limits.metadata_bytes);
  return owner;
}

function checkMetadata(metadata: Readonly<Record<string, string>>, maxBytes: number): void {
  const field = "owner.metadata";
  const pairs = Object.entries(metadata);
  if (pairs.length > LIMITS.ownerMetadataPairs) {
    const message = `${field} has ${pairs.length} pairs; the limit is ${LIMITS.ownerMetadataPairs}`;
    throw new LockError("INVALID_ARGUMENT", message, field);
  }
  let bytes = 0;
  for (const [key, value] of pairs) {
    checkText(key, field, maxBytes);
    checkText(value, field, maxBytes);
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (bytes > maxBytes) {
    throw new LockError("INVALID_ARGUMENT", `${field} has ${bytes} bytes; the limit is ${maxBytes}`, field);
  }
}
