import { DistributexError, Unavailable } from "./errors.js";
import type { GrpcLine } from "./grpc-line.js";
import type { Uplink } from "./uplink.js";

/** How a call ends of which the server said nothing, or its farewell. */
const DEAD: ReadonlySet<string> = new Set(["UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "SHUTTING_DOWN"]);

/** Whether what failed so needs another connection. */
export function isDead(thrown: unknown): thrown is DistributexError {
  return thrown instanceof DistributexError && DEAD.has(thrown.reason);
}

/**
 * A call on this line has failed: where the line is dead, it is given up, so that the next call is made on a new one.
 *
 * @returns what to throw
 */
export function leave(uplink: Uplink, line: GrpcLine, thrown: unknown): unknown {
  if (!isDead(thrown)) return thrown;
  uplink.giveUp(line);
  if (thrown instanceof Unavailable) return thrown;
  return new Unavailable({ message: thrown.message, outcomeUnknown: true, cause: thrown });
}
