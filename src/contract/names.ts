import { LockError } from "./errors.js";
import { LIMITS } from "./limits.js";

// The C0 and C1 control characters and DEL.
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
// What a decoder puts where the bytes were not UTF-8: two different names would become one.
const REPLACEMENT = "\uFFFD";
// Printable ASCII: NFC, one byte a character, no controls. Nearly every name in use, checked in one go.
const PLAIN = /^[\u0020-\u007e]+$/;

/** Refuses text that was not valid UTF-8 on the wire, or that is longer than `maxBytes`. */
export function checkText(text: string, field: string, maxBytes: number): void {
  if (text === "") return;
  if (text.includes(REPLACEMENT) || !text.isWellFormed()) {
    throw new LockError("INVALID_ARGUMENT", `${field} is not valid UTF-8`, field);
  }
  if (text.length > maxBytes || Buffer.byteLength(text) > maxBytes) {
    throw new LockError("INVALID_ARGUMENT", `${field} is longer than ${maxBytes} bytes`, field);
  }
}

/** Refuses what may not name a lock: see `LockService` in the contract. */
export function checkName(name: string, field = "name"): void {
  if (name.length <= LIMITS.nameBytes && PLAIN.test(name)) return;
  const fault = nameFault(name);
  if (fault !== undefined) throw new LockError("INVALID_NAME", `${field} ${fault}`, field);
}

function nameFault(name: string): string | undefined {
  if (name === "") return "is empty";
  if (name.length > LIMITS.nameBytes || Buffer.byteLength(name) > LIMITS.nameBytes) {
    return `is longer than ${LIMITS.nameBytes} bytes`;
  }
  if (name.includes(REPLACEMENT) || !name.isWellFormed()) return "is not valid UTF-8";
  if (CONTROL.test(name)) return "has a control character";
  if (name !== name.normalize("NFC")) return "is not in Unicode normalization form C";
  return undefined;
}

const REQUEST_ID = new RegExp(`^[A-Za-z0-9_.-]{${LIMITS.requestIdMin},${LIMITS.requestIdMax}}$`);

/** Returns the request id, or undefined where it is absent. */
export function checkRequestId(requestId: string): string | undefined {
  if (requestId === "") return undefined;
  if (REQUEST_ID.test(requestId)) return requestId;
  const expected = `${LIMITS.requestIdMin} to ${LIMITS.requestIdMax} letters, digits, "_", "." or "-"`;
  throw new LockError("INVALID_ARGUMENT", `request_id is not ${expected}`, "request_id");
}

const LEASE_ID = new RegExp(`^[A-Za-z][A-Za-z0-9_]{0,${LIMITS.leaseIdMax - 1}}$`);

/** Refuses what no engine ever gave out as a lease id. The id itself is a secret and never part of a message. */
export function checkLeaseId(leaseId: string, field = "lease_id"): void {
  if (LEASE_ID.test(leaseId)) return;
  const expected = `letters, digits and "_", a letter first, at most ${LIMITS.leaseIdMax} characters`;
  throw new LockError("INVALID_ARGUMENT", `${field} is not well formed: ${expected}`, field);
}
