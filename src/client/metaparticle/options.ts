import { connect } from "../connect.js";
import type { Duration } from "../duration.js";
import type { LockClient } from "../lock-client.js";

/** What locks and elections with callbacks have in common. */
export interface CallbackOptions {
  /** Where to connect to, as in `connect`. Absent: "localhost:9889". Has no meaning with `client`. */
  readonly servers?: string | readonly string[] | undefined;
  /** A client to share, which stays open. Absent: one of its own, which is open only while it is needed. */
  readonly client?: LockClient | undefined;
  /** How long a lease outlives the client's newest message, from "1s" to "24h". Absent: the client's own, "30s". */
  readonly ttl?: Duration | undefined;
  /** Told what a callback threw or rejected with. Absent: it becomes a warning of the process. */
  readonly onError?: ((thrown: unknown) => void) | undefined;
}

/** A client for a while. */
export interface ClientInUse {
  readonly client: LockClient;
  /** Closes it, unless it is shared. Never rejects. */
  readonly done: () => Promise<void>;
}

/**
 * A client as the options say.
 *
 * @throws {Unavailable} when no server answers within 10 s
 */
export async function useClient(
  { client: shared, servers = "localhost:9889" }: CallbackOptions,
  signal: AbortSignal,
): Promise<ClientInUse> {
  if (shared !== undefined) return { client: shared, done: () => Promise.resolve() };
  const client = await connect(servers, { signal });
  return { client, done: () => client.close() };
}

/** Calls back. Whatever the callback does, and when, the caller goes on. */
export function callBack(callback: () => unknown, { onError = warn }: CallbackOptions): void {
  const report = (thrown: unknown): void => {
    try {
      onError(thrown);
    } catch (another) {
      warn(another);
    }
  };
  try {
    Promise.resolve(callback()).catch(report);
  } catch (thrown) {
    report(thrown);
  }
}

function warn(thrown: unknown): void {
  process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
}
