import type { Duration } from "../../gen/google/protobuf/duration.js";
import { LockError, type ErrorReason } from "./errors.js";

/** Durations are milliseconds inside the program; `Infinity` is "without end". */
const MAX_SECONDS = 315_576_000_000n;
/** The longest duration that the wire can say, some ten thousand years. */
export const LONGEST_MS = Number(MAX_SECONDS) * 1000;

/** Milliseconds of a duration off the wire, which must be well formed and not negative. */
export function fromWire(
  duration: Duration,
  field: string,
  reason: ErrorReason = "INVALID_ARGUMENT",
): number {
  const { seconds, nanos } = duration;
  if (seconds < 0n || nanos < 0) throw new LockError(reason, `${field} is negative`, field);
  if (seconds > MAX_SECONDS || nanos > 999_999_999 || (seconds === MAX_SECONDS && nanos > 0)) {
    throw new LockError(reason, `${field} is not a valid google.protobuf.Duration`, field);
  }
  return Number(seconds) * 1000 + nanos / 1e6;
}

/** A duration for the wire, to the microsecond, never negative. */
export function toWire(ms: number): Duration {
  const micros = Math.max(0, Math.floor(ms * 1000));
  const seconds = Math.floor(micros / 1e6);
  return { seconds: BigInt(seconds), nanos: (micros - seconds * 1e6) * 1000 };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3 };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d)/gy;

/** Milliseconds of a text such as `30s`, `1.5m` or `1h30m`; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  let total = 0;
  let end = 0;
  for (const part of text.matchAll(PART)) {
    total += Number(part[1]) * (UNITS[part[2] ?? ""] ?? NaN);
    end = part.index + part[0].length;
  }
  return end === text.length && end > 0 && Number.isFinite(total) ? total : undefined;
}

const AGE_STEPS = [
  ["d", 86400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** A duration for people: the two largest units, such as `3m12s`; `250ms` under a second. */
export function formatDuration(ms: number): string {
  if (ms === Infinity) return "forever";
  if (ms < 1000) return `${Math.max(0, Math.floor(ms))}ms`;
  let seconds = Math.floor(ms / 1000);
  const parts: string[] = [];
  for (const [unit, size] of AGE_STEPS) {
    const count = Math.floor(seconds / size);
    seconds -= count * size;
    if (count > 0) parts.push(`${count}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join("");
}
