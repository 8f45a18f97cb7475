import { parseDuration } from "../contract/duration.js";
import { UsageError } from "./usage-error.js";

const DURATION = 'a duration such as "30s", "5m" or "1h30m", or a number of seconds';
/** The longest duration: a century. */
const FOREVER_MS = 100 * 365 * 86_400_000;
const MAX_UINT32 = 2 ** 32 - 1;
const MAX_UINT64 = 2n ** 64n - 1n;

/** Milliseconds of a duration; a bare number is seconds. */
export function durationFlag(flag: string, text: string): number {
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms === undefined || ms > FOREVER_MS) throw unexpected(flag, DURATION, text);
  return ms;
}

/** Milliseconds to wait; `forever` is a century. */
export function patienceFlag(flag: string, text: string): number {
  return text === "forever" ? FOREVER_MS : durationFlag(flag, text);
}

/** A weight: a whole number from 1. Whether the lock has so many units the server knows. */
export function weightFlag(flag: string, text: string): number {
  const weight = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (weight < 1 || weight > MAX_UINT32) throw unexpected(flag, "a whole number from 1", text);
  return weight;
}

/** A fencing token. */
export function tokenFlag(flag: string, text: string): bigint {
  const token = /^\d{1,20}$/.test(text) ? BigInt(text) : 0n;
  if (token < 1n || token > MAX_UINT64)
    throw unexpected(flag, "a fencing token, a whole number from 1", text);
  return token;
}

/** `key=value` pairs; a key given twice is wrong. */
export function metadataFlag(flag: string, pairs: readonly string[]): Record<string, string> {
  const metadata = new Map<string, string>();
  for (const pair of pairs) {
    const equals = pair.indexOf("=");
    if (equals < 1) throw unexpected(flag, "key=value", pair);
    const key = pair.slice(0, equals);
    if (metadata.has(key)) throw new UsageError(`${flag} was given twice for the key "${key}"`);
    metadata.set(key, pair.slice(equals + 1));
  }
  return Object.fromEntries(metadata);
}

function unexpected(flag: string, expected: string, got: string): UsageError {
  return new UsageError(`${flag}: expected ${expected}, got "${got}"`);
}
