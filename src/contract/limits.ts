/**
 * A limit on everything that a client can send, in one table. docs/operations.md shows it; a test holds the two
 * together. What an operator can change is in `DEFAULT_LIMITS`; the rest is part of the contract.
 */
export const LIMITS = {
  /** Bytes of a lock's name, in UTF-8. */
  nameBytes: 512,
  /** Characters of a request id, least and most. */
  requestIdMin: 16,
  requestIdMax: 64,
  /** Characters of a lease id. */
  leaseIdMax: 128,
  /** Bytes of `owner.host` and of `owner.label`. */
  ownerFieldBytes: 255,
  /** Pairs in `owner.metadata`. */
  ownerMetadataPairs: 16,
  /** Bytes of a leader's value. */
  valueBytes: 4096,
  /** Bytes of a reason given to ForceRelease. */
  reasonBytes: 1024,
  /** Milliseconds of the shortest ttl. */
  minTtlMs: 1_000,
  /** Milliseconds of the longest ttl and grace of a session. */
  maxSessionMs: 86_400_000,
  /** Units that a lock can have. */
  maxCapacity: 1_000_000,
  /** Holders and waiters that Inspect shows. */
  shownHolders: 100,
  shownWaiters: 100,
  /** Entries of a page that asks for none, and the most that one may ask for. */
  defaultPageSize: 100,
  maxPageSize: 1_000,
  /** Pools that a configuration may declare. */
  pools: 1_000,
} as const;

/** Limits that the configuration can change (`limits.*`). */
export interface ServerLimits {
  /** Locks in use at once; more are refused with TOO_MANY_LOCKS. */
  readonly locks: number;
  /** Waiters of all locks together; more are refused with QUEUE_FULL. */
  readonly waiters: number;
  /** Sessions at once (a Wait with `hold` and a Campaign are one each); more: TOO_MANY_SESSIONS. */
  readonly sessions: number;
  /** Leases that one session may hold and wait for; more: TOO_MANY_LOCKS. */
  readonly leases_per_session: number;
  /** Acquires that may be waiting in one session; more: TOO_MANY_OPERATIONS. */
  readonly waits_per_session: number;
  /** Open connections; more are closed at once. */
  readonly connections: number;
  /** Calls that one connection may have open; more wait, as HTTP/2 has it. */
  readonly streams_per_connection: number;
  /** Bytes of one request message; more: MESSAGE_TOO_LARGE. */
  readonly message_bytes: number;
  /** Bytes of all keys and values of `owner.metadata` together. */
  readonly metadata_bytes: number;
  /** Events that a stream's reader may be behind before it is ended with SLOW_READER. */
  readonly buffered_events: number;
  /** Bytes, by estimate, that a session's reader may be behind before it is ended with SLOW_READER. */
  readonly buffered_bytes: number;
}

export const DEFAULT_LIMITS: ServerLimits = {
  locks: 2_000_000,
  waiters: 1_000_000,
  sessions: 100_000,
  leases_per_session: 1_000_000,
  waits_per_session: 100_000,
  connections: 16_000,
  streams_per_connection: 10_000,
  message_bytes: 1_048_576,
  metadata_bytes: 4_096,
  buffered_events: 10_000,
  buffered_bytes: 33_554_432,
};
