import type { Duration } from "../../gen/google/protobuf/duration.js";
import { fromWire } from "../contract/duration.js";

/** A time that every server states. An invalid Date where one didn't. */
export function dateOf(time: Date | undefined): Date {
  return time ?? new Date(NaN);
}

/** Milliseconds of a duration off the wire; undefined: absent. */
export function msOf(duration: Duration): number;
export function msOf(duration: Duration | undefined): number | undefined;
export function msOf(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : fromWire(duration, "duration");
}
