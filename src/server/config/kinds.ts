import { formatDuration, parseDuration } from "../../contract/duration.js";
import { Misfit } from "./problems.js";

/** A kind of value: how the file says it, and how a flag or a variable does, which are always text. */
export interface Kind<T> {
  /** What it takes, in words: for errors, and for the docs. */
  readonly expected: string;
  /** Makes the value of what the file has; throws a Misfit where it can't. */
  readonly parse: (value: unknown) => T;
  /** What the file would have for this text. */
  readonly fromText: (text: string) => unknown;
  /** It may be given several times. */
  readonly repeatable?: boolean;
}

const asIs = (text: string): unknown => text;

const TRUE_OR_FALSE = "true or false";

export const yesNo: Kind<boolean> = {
  expected: TRUE_OR_FALSE,
  parse(value) {
    if (typeof value !== "boolean") throw new Misfit(TRUE_OR_FALSE);
    return value;
  },
  fromText(text) {
    if (/^(true|1)$/i.test(text)) return true;
    return /^(false|0)$/i.test(text) ? false : text;
  },
};

export function wholeNumber(least: number, most: number): Kind<number> {
  const expected = `a whole number from ${least} to ${most}`;
  return {
    expected,
    parse(value) {
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most)
        return value;
      throw new Misfit(expected);
    },
    fromText: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
  };
}

/** One of some words; several may mean the same. */
export function oneOf<T extends string>(meanings: Readonly<Record<string, T>>): Kind<T> {
  const expected = `one of ${Object.keys(meanings).join(", ")}`;
  return {
    expected,
    parse(value) {
      const meaning =
        typeof value === "string" && Object.hasOwn(meanings, value) ? meanings[value] : undefined;
      if (meaning === undefined) throw new Misfit(expected);
      return meaning;
    },
    fromText: asIs,
  };
}

interface DurationRange {
  readonly leastMs: number;
  readonly mostMs: number;
  /** What a 0 stands for, where it may be under `leastMs`: in milliseconds, and in a word. */
  readonly zero?: { readonly ms: number; readonly means: string };
}

const DURATION_FORMS = 'a duration is a number of seconds, or text such as "90s" or "1h30m"';

/** Milliseconds. A bare number is seconds, as the old service had it; text has units. */
export function duration({ leastMs, mostMs, zero }: DurationRange): Kind<number> {
  const least = leastMs === 0 ? "0" : formatDuration(leastMs);
  const nought = zero === undefined ? "" : ` or 0 (${zero.means})`;
  const expected = `a duration from ${least} to ${formatDuration(mostMs)}${nought}`;
  return {
    expected,
    parse(value) {
      const ms = milliseconds(value);
      if (ms === 0 && zero !== undefined) return zero.ms;
      if (ms !== undefined && ms >= leastMs && ms <= mostMs) return ms;
      throw new Misfit(expected, { hint: DURATION_FORMS });
    },
    fromText: asIs,
  };
}

const BARE_NUMBER = /^\d+(\.\d+)?$/;

function milliseconds(value: unknown): number | undefined {
  if (typeof value === "number") return toTheMicrosecond(value * 1000);
  if (typeof value !== "string") return undefined;
  const text = value.trim();
  const ms = BARE_NUMBER.test(text) ? Number(text) * 1000 : parseDuration(text);
  return ms === undefined ? undefined : toTheMicrosecond(ms);
}

/** 1.1 s are 1100 ms, not 1100.0000000000002. */
function toTheMicrosecond(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
