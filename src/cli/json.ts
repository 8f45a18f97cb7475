import type { Duration } from "../../gen/google/protobuf/duration.js";
import { printable } from "./escape.js";

/** A generated message type, as far as JSON needs it. */
export interface JsonMessage<T> {
  toJSON(message: T): unknown;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * A message as one line of proto3 JSON. Numbers, texts and flags are there also when they are 0, empty or false,
 * so that scripts find every field; absent messages stay absent.
 */
export function messageJson<T extends object>(type: JsonMessage<T>, message: T): string {
  return jsonLine(completed(message as Fields, type.toJSON(message) as Fields));
}

/** A value as one line of JSON that is safe to show on a terminal: what is escaped there means the same. */
export function jsonLine(value: unknown): string {
  return printable(JSON.stringify(value));
}

// The generated toJSON leaves out zeros, and writes durations as their two fields where proto3 JSON has "1.5s".
function completed(message: Fields, json: Fields): Fields {
  const complete: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(message)) {
    if (value === undefined) continue;
    if (isChoice(value)) complete[value.$case] = completedValue(value.$case, value.value, json[value.$case]);
    else complete[field] = completedValue(field, value, json[field]);
  }
  return complete;
}

function completedValue(field: string, value: unknown, json: unknown): unknown {
  if (isDuration(value)) return durationText(value);
  if (Array.isArray(value)) {
    const items = (json ?? []) as readonly unknown[];
    return value.map((item: unknown, i) => completedValue(field, item, items[i]));
  }
  if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    return completed(value as Fields, (json ?? {}) as Fields);
  }
  return json ?? zero(field, value);
}

// The fields of the contract that are enums, and the name of their 0.
const UNSPECIFIED: Readonly<Record<string, string>> = {
  mode: "MODE_UNSPECIFIED",
  outcome: "ACQUIRE_OUTCOME_UNSPECIFIED",
  reason: "LOSS_REASON_UNSPECIFIED",
  type: "LOCK_EVENT_TYPE_UNSPECIFIED",
};

function zero(field: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  return typeof value === "number" ? (UNSPECIFIED[field] ?? value) : value;
}

interface Choice {
  readonly $case: string;
  readonly value: object;
}

/** Whether this is a `oneof`; a map's values are texts, so that no key of one can look like it. */
function isChoice(value: unknown): value is Choice {
  return typeof value === "object" && value !== null && "$case" in value && typeof value.$case === "string"
    ? "value" in value && typeof value.value === "object"
    : false;
}

function isDuration(value: unknown): value is Duration {
  return (
    typeof value === "object" && value !== null && "seconds" in value && typeof value.seconds === "bigint"
  );
}

/** A duration as proto3 JSON writes it: `300s`, `0.250s`. */
function durationText({ seconds, nanos }: Duration): string {
  const fraction =
    nanos === 0
      ? ""
      : `.${String(Math.abs(nanos))
          .padStart(9, "0")
          .replace(/(?:000){1,2}$/, "")}`;
  return `${seconds < 0n || nanos < 0 ? "-" : ""}${String(seconds).replace("-", "")}${fraction}s`;
}
