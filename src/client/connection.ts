import { setTimeout as sleep } from "node:timers/promises";
import {
  Client,
  connectivityState,
  credentials,
  type ChannelCredentials,
  type ChannelOptions,
} from "@grpc/grpc-js";
import { formatDuration } from "../contract/duration.js";
import { formatAddress } from "../contract/address.js";
import { grpcTargets, isLoopback, type Address } from "./address.js";
import { Unavailable } from "./errors.js";

/** How long to look for a server that answers, unless told otherwise. */
export const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

/** How long one address may take in the first round; twice as long in each further one. */
const FIRST_ATTEMPT_MS = 1_000;
/** The pause after a round in which no address answered; longer after each round, up to the second figure. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

const CHANNEL_OPTIONS: ChannelOptions = {
  // A peer that froze, or a network that swallows packets, is found out within 30 s.
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 2_000,
  // A new connection is a new one: a shared subchannel could be the dead one that is being replaced.
  "grpc.use_local_subchannel_pool": 1,
  // There is no service config to ask the DNS for.
  "grpc.service_config_disable_resolution": 1,
  // A full page of locks with long owners is over grpc-js's 4 MiB.
  "grpc.max_receive_message_length": 64 << 20,
};

export interface ConnectionOptions {
  /** Milliseconds for all addresses together. Absent: 10,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Gives up early; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Absent: plaintext. */
  readonly credentials?: ChannelCredentials | undefined;
  /** Over the ones that are set here, such as keepalive. */
  readonly channelOptions?: ChannelOptions | undefined;
}

/** A channel to one server. It reconnects by itself, to the same server. */
export class Connection {
  constructor(
    /** The address that answered. */
    readonly address: Address,
    /** What calls are made with (see `unary` and `serverStream`). */
    readonly client: Client,
  ) {}

  /** Closes the channel: calls under way fail with Unavailable or CANCELLED. */
  close(): void {
    this.client.close();
  }
}

/**
 * Connects to the first address that answers. They are tried in turn, and again from the first when none did.
 *
 * @throws {Unavailable} when none answered within `connectTimeoutMs`
 */
export async function openConnection(
  addresses: readonly Address[],
  options: ConnectionOptions = {},
): Promise<Connection> {
  const { connectTimeoutMs = DEFAULT_CONNECT_TIMEOUT_MS, signal } = options;
  const deadline = performance.now() + connectTimeoutMs;
  let attemptMs = FIRST_ATTEMPT_MS;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const connection = await tryEach(addresses, options, attemptMs, deadline);
    if (connection !== undefined) return connection;
    const left = deadline - performance.now();
    if (left <= pauseMs || addresses.length === 0) throw noAnswer(addresses, connectTimeoutMs);
    await pause(pauseMs * (0.5 + Math.random() / 2), signal);
    attemptMs *= 2;
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

/**
 * Connects to the first address that answers, each of which is tried once.
 *
 * @param attemptMs how long one address may take
 * @returns undefined when none answered
 */
export async function tryEach(
  addresses: readonly Address[],
  options: ConnectionOptions,
  attemptMs = FIRST_ATTEMPT_MS,
  deadline = Infinity,
): Promise<Connection | undefined> {
  for (const address of addresses) {
    const until = Math.min(deadline, performance.now() + attemptMs);
    const connection = await tryAddress(address, until, options);
    if (connection !== undefined) return connection;
  }
  return undefined;
}

async function tryAddress(
  address: Address,
  until: number,
  options: ConnectionOptions,
): Promise<Connection | undefined> {
  for (const target of grpcTargets(address)) {
    const client = new Client(target, options.credentials ?? credentials.createInsecure(), {
      ...CHANNEL_OPTIONS,
      // A proxy for the outside world can't reach this machine's loopback.
      ...(isLoopback(address) && { "grpc.enable_http_proxy": 0 }),
      ...options.channelOptions,
    });
    let ready = false;
    try {
      ready = await becomesReady(client, until, options.signal);
      if (ready) return new Connection(address, client);
    } finally {
      // Closed in the turn in which it began, grpc-js would connect all the same, and stay so.
      if (!ready) {
        setImmediate(() => {
          client.close();
        });
      }
    }
  }
  return undefined;
}

/** Whether the channel is ready in time. A refused connection says no at once; its next try comes by itself. */
async function becomesReady(
  client: Client,
  until: number,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  signal?.throwIfAborted();
  const channel = client.getChannel();
  let gone: (() => void) | undefined;
  const aborted = new Promise<void>((resolve) => {
    gone = resolve;
    signal?.addEventListener("abort", gone);
  });
  try {
    for (;;) {
      const state = channel.getConnectivityState(true);
      if (state === connectivityState.READY) return true;
      const over = performance.now() >= until;
      if (over || state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) {
        return false;
      }
      const changed = new Promise<void>((resolve) => {
        const deadline = new Date(Date.now() + Math.max(0, until - performance.now()));
        channel.watchConnectivityState(state, deadline, () => {
          resolve();
        });
      });
      await Promise.race([changed, aborted]);
      signal?.throwIfAborted();
    }
  } finally {
    if (gone !== undefined) signal?.removeEventListener("abort", gone);
  }
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch (thrown) {
    throw signal?.aborted === true ? (signal.reason as Error) : thrown;
  }
}

/** The error of a search for a server that took so long. */
export function noAnswer(addresses: readonly Address[], connectTimeoutMs: number): Unavailable {
  const names = addresses.map(formatAddress).join(", ");
  return new Unavailable({
    message: `no server answered at ${names} within ${formatDuration(connectTimeoutMs)}`,
  });
}
