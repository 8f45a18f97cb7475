import { inspect } from "node:util";
import { LONGEST_MS, parseDuration } from "../contract/duration.js";

/** A duration with its unit: `"250ms"`, `"30s"`, `"5m"`, `"1h30m"`, `"2d"`. Bare numbers are refused. */
export type Duration = string;

/**
 * Milliseconds of a duration that a program passed as `option`.
 *
 * @throws {TypeError} when it is none
 */
export function readDuration(value: unknown, option: string): number {
  const ms = typeof value === "string" ? parseDuration(value) : undefined;
  if (ms === undefined || ms > LONGEST_MS) throw expected(option, `a duration such as "30s"`, value);
  return ms;
}

/** What to throw at a program that passed the wrong thing. */
export function expected(option: string, what: string, got: unknown): TypeError {
  return new TypeError(`Expected \`${option}\` to be ${what}, got ${inspect(got)} (${typeof got})`);
}
