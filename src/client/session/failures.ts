import { status } from "@grpc/grpc-js";
import { AcquireOutcome, type NotAcquired as NotAcquiredMessage } from "../../../gen/distributex/v1/lock.js";
import type { OperationError } from "../../../gen/distributex/v1/session.js";
import { formatDuration } from "../../contract/duration.js";
import { DistributexError, Unavailable } from "../errors.js";
import { NotAcquired } from "../not-acquired.js";

const FATAL: ReadonlySet<number> = new Set([
  status.INVALID_ARGUMENT,
  status.NOT_FOUND,
  status.PERMISSION_DENIED,
  status.UNAUTHENTICATED,
  status.UNIMPLEMENTED,
  status.OUT_OF_RANGE,
]);

/** Whether a stream that ended so would end the same way again. */
export function isFatal(error: DistributexError): boolean {
  return FATAL.has(error.code) || error.reason === "MESSAGE_TOO_LARGE";
}

/** The server's answer that an operation failed. */
export function failureOf({ code, reason, message, metadata }: OperationError): DistributexError {
  if (code === (status.UNAVAILABLE as number)) return new Unavailable({ reason, message, metadata });
  return new DistributexError({ code, reason, message, metadata });
}

/** The server's answer that somebody else has the lock. */
export function refusalOf(name: string, { outcome, lock }: NotAcquiredMessage): NotAcquired {
  const reason = outcome === AcquireOutcome.TIMED_OUT ? "TIMED_OUT" : "CONTENDED";
  return new NotAcquired(name, reason, lock);
}

/** No server could be reached for so long. `sent`: the request may have reached one before. */
export function unreachable(ms: number, sent: boolean, cause: unknown): Unavailable {
  const message = `no server could be reached within ${formatDuration(ms)}`;
  return new Unavailable({ message, outcomeUnknown: sent, cause });
}

/** The client was closed. `sent`: the request was, and its answer didn't come. */
export function closed(sent = false): DistributexError {
  const message = "the client is closed";
  return new DistributexError({ code: status.CANCELLED, reason: "CLOSED", message, outcomeUnknown: sent });
}
