import type { ChannelCredentials, ChannelOptions } from "@grpc/grpc-js";
import { hostname } from "node:os";
import { basename } from "node:path";
import type { Owner } from "../../gen/distributex/v1/lock.js";
import { expected, readDuration, type Duration } from "./duration.js";

/** Who asks, for people to see. */
export interface OwnerOptions {
  /** A program, a worker; at most 255 bytes. Absent: the program's name and process id. */
  readonly label?: string | undefined;
  /** At most 255 bytes. Absent: this machine's host name. */
  readonly host?: string | undefined;
  /** Anything else worth showing; at most 16 pairs. Absent: none. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** How a client connects, and how its leases live. */
export interface ConnectOptions {
  /** A label, or more. Absent: the program's name and process id, on this host. */
  readonly owner?: string | OwnerOptions | undefined;
  /** How long a lease outlives the client's newest message, from "1s" to "24h". Absent: "30s". */
  readonly ttl?: Duration | undefined;
  /**
   * How long leases and places in queues outlive a lost connection, so that the next one takes them over; at most
   * "24h". Absent: "10s". With "0s" they end with the connection at once: somebody else can have the lock before this
   * program learns of it, and only the fencing token protects.
   */
  readonly grace?: Duration | undefined;
  /** How long to look for a server, here and whenever there is none. Absent: "10s". */
  readonly connectTimeout?: Duration | undefined;
  /** Gives `connect` up; it then rejects with the signal's reason. Absent: only `connectTimeout` does. */
  readonly signal?: AbortSignal | undefined;
  /** Absent: plaintext. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Of grpc-js, over the ones that the client sets itself, such as keepalive. Absent: none. */
  readonly channelOptions?: ChannelOptions | undefined;
}

/** What to take, for those who don't wait. */
export interface TryAcquireOptions {
  /** `shared` holders are together with each other, never with `exclusive` ones. Absent: `exclusive`. */
  readonly mode?: "exclusive" | "shared" | undefined;
  /** Units to take out of the lock's capacity, from 1 on; 1 when shared. Absent: 1. */
  readonly weight?: number | undefined;
  /** How long the lease outlives the client's newest message. Absent: the client's `ttl`. Each one in use costs a stream. */
  readonly ttl?: Duration | undefined;
  /** What to publish as the leader, at most 4096 bytes; only for locks of capacity 1. Absent: nothing. */
  readonly value?: string | undefined;
  /** Gives up; the promise then rejects with the signal's reason, and nothing is left behind. Absent: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/** What to take, and how long to wait for it. */
export interface AcquireOptions extends TryAcquireOptions {
  /** How long to wait; "0s" is a try. Absent: for ever. */
  readonly wait?: Duration | undefined;
  /** Told the place in the queue (1 is next) and its length, at first and when they have changed. Absent: nobody is. */
  readonly onQueued?: ((position: number, queueLength: number) => void) | undefined;
}

/** Options as the client uses them. Durations are milliseconds. */
export interface ClientSettings {
  readonly owner: Owner;
  readonly ttlMs: number;
  readonly graceMs: number;
  readonly connectTimeoutMs: number;
}

/**
 * Reads the options of `connect`.
 *
 * @throws {TypeError} when one is not what it should be
 */
export function readSettings(options: ConnectOptions): ClientSettings {
  const { owner, ttl = "30s", grace = "10s", connectTimeout = "10s" } = options;
  return {
    owner: ownerOf(owner),
    ttlMs: readDuration(ttl, "ttl"),
    graceMs: readDuration(grace, "grace"),
    connectTimeoutMs: readDuration(connectTimeout, "connectTimeout"),
  };
}

function ownerOf(owner: ConnectOptions["owner"]): Owner {
  const { label, host, metadata } = typeof owner === "string" ? { label: owner } : (owner ?? {});
  return {
    label: optionalText(label, "owner.label") ?? `${program()}:${process.pid}`,
    host: optionalText(host, "owner.host") ?? hostname(),
    metadata: { ...metadata },
  };
}

function program(): string {
  return basename(process.argv[1] ?? process.execPath);
}

function optionalText(value: unknown, option: string): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw expected(option, "a string", value);
}
