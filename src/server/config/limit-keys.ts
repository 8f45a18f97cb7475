import { DEFAULT_LIMITS, type ServerLimits } from "../../contract/limits.js";
import { wholeNumber } from "./kinds.js";
import type { Row } from "./row.js";

// A Map of V8 holds 2^24 entries.
const MAP_ENTRIES = 16_000_000;

function limit(name: keyof ServerLimits, least: number, most: number, description: string) {
  return { kind: wholeNumber(least, most), default: String(DEFAULT_LIMITS[name]), description };
}

/** The keys of `limits`. */
export const LIMIT_KEYS = {
  locks: limit("locks", 1, MAP_ENTRIES, "Locks in use at once"),
  waiters: limit("waiters", 1, MAP_ENTRIES, "Waiters of all locks together"),
  sessions: limit(
    "sessions",
    1,
    1_000_000,
    "Sessions at once; a Wait with `hold` and a Campaign are one each",
  ),
  leases_per_session: limit(
    "leases_per_session",
    1,
    MAP_ENTRIES,
    "Leases that one session may hold and wait for",
  ),
  waits_per_session: limit(
    "waits_per_session",
    1,
    MAP_ENTRIES,
    "Acquires that may be waiting in one session",
  ),
  connections: limit("connections", 1, 1_000_000, "Open connections"),
  streams_per_connection: limit(
    "streams_per_connection",
    1,
    1_000_000,
    "Calls that one connection may have open",
  ),
  // A request with the longest name, value and metadata passes the least of these.
  message_bytes: limit("message_bytes", 65_536, 67_108_864, "Bytes of one request message"),
  metadata_bytes: limit("metadata_bytes", 1, 32_768, "Bytes of all keys and values of `owner.metadata`"),
  buffered_events: limit("buffered_events", 1, 1_000_000, "Events that a stream's reader may be behind"),
  // Some of the largest answers fit into the least of these; half full it takes no more that would ask for some.
  buffered_bytes: limit(
    "buffered_bytes",
    1_048_576,
    1_073_741_824,
    "Bytes that a session's reader may be behind",
  ),
} as const satisfies Record<keyof ServerLimits, Row<number>>;
