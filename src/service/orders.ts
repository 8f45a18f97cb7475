import type { Duration } from "../../gen/google/protobuf/duration.js";
import { Mode as WireMode, type Owner as WireOwner } from "../../gen/distributex/v1/lock.js";
import type { AcquireRequest, CampaignRequest, WaitRequest } from "../../gen/distributex/v1/lock_service.js";
import type { AcquireOperation } from "../../gen/distributex/v1/session.js";
import { fromWire, LONGEST_MS } from "../contract/duration.js";
import { LockError } from "../contract/errors.js";
import { LIMITS, type ServerLimits } from "../contract/limits.js";
import { checkLeaseId, checkName, checkRequestId, checkText } from "../contract/names.js";
import type { Mode, Owner } from "../core/lock.js";
import type { Order, SessionHandle } from "../engine/engine.js";

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

/** An acquire of a session: owner and ttl are the session's. */
export function orderOfOperation(operation: AcquireOperation, owner: Owner, session: SessionHandle): Order {
  const { name, mode, weight, waitTimeout, requestId, value } = operation;
  checkName(name);
  checkText(value, "value", LIMITS.valueBytes);
  return {
    name,
    mode: modeOf(mode),
    weight: weight === 0 ? 1 : weight,
    ttlMs: undefined,
    patienceMs: patienceOf(waitTimeout, 0),
    owner,
    requestId: checkRequestId(requestId),
    value,
    election: value !== "",
    principal: "",
    session,
  };
}

/** What to inspect: exactly one of the two is set. */
export function targetOf(asked: { readonly name: string; readonly leaseId: string }): Target {
  const { name, leaseId } = asked;
  if (name !== "" && leaseId !== "") {
    throw new LockError(
      "INVALID_ARGUMENT",
      "name and lease_id are both set; exactly one is wanted",
      "lease_id",
    );
  }
  if (leaseId === "") checkName(name);
  else checkLeaseId(leaseId);
  return leaseId === "" ? { name } : { leaseId };
}

type Target = { readonly name: string } | { readonly leaseId: string };

/** A ttl as asked for: undefined is the pool's own, 0 is one that never ends. */
export function ttlOf(ttl: Duration | undefined): number | undefined {
  return ttl === undefined ? undefined : fromWire(ttl, "ttl", "INVALID_TTL");
}

function patienceOf(waitTimeout: Duration | undefined, absent: number): number {
  if (waitTimeout === undefined) return absent;
  const ms = fromWire(waitTimeout, "wait_timeout");
  return ms >= LONGEST_MS ? Infinity : ms;
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

/** An owner as stated. */
export function ownerOf(owner: WireOwner | undefined, limits: ServerLimits): Owner {
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
