import { LIMITS } from "../contract/limits.js";
import { checkName, checkText } from "../contract/names.js";
import { LockError } from "../contract/errors.js";
import { expected, readDuration } from "./duration.js";
import { DistributexError } from "./errors.js";
import type { AcquireOptions } from "./options.js";
import type { AcquireWish } from "./session/acquire-operation.js";

const LARGEST_WEIGHT = 2 ** 32 - 1;

/**
 * What a caller asks for.
 *
 * @throws {TypeError} when an option is not what it should be
 * @throws {DistributexError} when a text is too long to be sent
 */
export function wishOf(name: string, options: AcquireOptions, orNull: boolean): AcquireWish {
  const { mode = "exclusive", weight = 1, value = "", wait, signal, onQueued } = options;
  if (typeof name !== "string") throw expected("name", "a string", name);
  if (!isMode(mode)) throw expected("mode", `"exclusive" or "shared"`, mode);
  if (!Number.isInteger(weight) || weight < 1 || weight > LARGEST_WEIGHT) {
    throw expected("weight", `an integer from 1 to ${LARGEST_WEIGHT}`, weight);
  }
  if (typeof value !== "string") throw expected("value", "a string", value);
  // Whatever else is wrong with them the server tells; these would be too much for the whole message.
  if (name.length > LIMITS.nameBytes || value.length > LIMITS.valueBytes) refuseTexts(name, value);
  return {
    name,
    mode,
    weight,
    waitMs: orNull ? 0 : wait === undefined ? Infinity : readDuration(wait, "wait"),
    value,
    signal,
    onQueued,
    orNull,
  };
}

function isMode(mode: unknown): mode is AcquireWish["mode"] {
  return mode === "exclusive" || mode === "shared";
}

function refuseTexts(name: string, value: string): void {
  try {
    checkName(name);
    checkText(value, "value", LIMITS.valueBytes);
  } catch (thrown) {
    const { code, reason, message, metadata } = LockError.from(thrown);
    throw new DistributexError({ code, reason, message, metadata });
  }
}
