import { status, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { ErrorInfo, Status } from "../../gen/distributex/status/v1/status.js";
import { ERROR_DOMAIN, ERRORS, type ErrorReason } from "../contract/errors.js";

/** The trailer in which gRPC carries a google.rpc.Status. */
const DETAILS = "grpc-status-details-bin";
// A plain number, as codes are here.
const UNAVAILABLE: number = status.UNAVAILABLE;
/** What grpc-js itself ends calls with, answered or not. */
const UNANSWERED: ReadonlySet<number> = new Set([
  status.CANCELLED,
  status.DEADLINE_EXCEEDED,
  status.UNAVAILABLE,
]);
const ERROR_INFO = "type.googleapis.com/google.rpc.ErrorInfo";

/** What an error is made of. */
export interface ErrorParts {
  /** The canonical gRPC code, for example 3 for INVALID_ARGUMENT. */
  readonly code: number;
  /** See `DistributexError.reason`. */
  readonly reason: string;
  readonly message: string;
  /** ErrorInfo's metadata. Absent: none. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
  /** See `DistributexError.outcomeUnknown`. Absent: false. */
  readonly outcomeUnknown?: boolean;
}

/** Anything that a call failed with. "Somebody else has the lock" is not an error but an outcome. */
export class DistributexError extends Error {
  override readonly name: string = "DistributexError";
  /** The canonical gRPC code, for example 3 for INVALID_ARGUMENT. */
  readonly code: number;
  /**
   * Why, as a constant: one of the service's own reasons (`INVALID_NAME`, `LEASE_NOT_HELD`, ...; docs/protocol.md
   * has them all) or, where the failure did not come from the service, the name of the gRPC code
   * (`UNAVAILABLE`, `DEADLINE_EXCEEDED`, ...).
   */
  readonly reason: string;
  /** What the service added to its reason; empty where it added nothing. */
  readonly metadata: Readonly<Record<string, string>>;
  /** True: the request was sent and no answer came, so it may have taken effect. False: it did not. */
  readonly outcomeUnknown: boolean;

  constructor({ code, reason, message, metadata = {}, cause, outcomeUnknown = false }: ErrorParts) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.reason = reason;
    this.metadata = metadata;
    this.outcomeUnknown = outcomeUnknown;
  }

  /** The field of the request that is wrong; undefined where none is. */
  get field(): string | undefined {
    return this.metadata.field;
  }

  /** Whether the very same call may succeed later. An acquire is only safe to repeat with its `requestId`. */
  get retryable(): boolean {
    if (Object.hasOwn(ERRORS, this.reason)) return ERRORS[this.reason as ErrorReason].retryable;
    return this.code === UNAVAILABLE;
  }

  /** Turns anything thrown by a call into a DistributexError; what is one already stays as it is. */
  static from(thrown: unknown): DistributexError {
    if (thrown instanceof DistributexError) return thrown;
    if (!isServiceError(thrown)) {
      const message = thrown instanceof Error ? thrown.message : String(thrown);
      return new DistributexError({ code: status.UNKNOWN, reason: "UNKNOWN", message, cause: thrown });
    }
    const info = errorInfo(thrown.metadata);
    const parts: ErrorParts = {
      code: thrown.code,
      reason: info?.reason ?? codeName(thrown.code),
      message: thrown.details,
      metadata: info?.metadata ?? {},
      cause: thrown,
      outcomeUnknown: info === undefined && UNANSWERED.has(thrown.code),
    };
    return parts.code === UNAVAILABLE ? new Unavailable(parts) : new DistributexError(parts);
  }
}

/**
 * No server could be reached, the connection was lost, or the server can't serve now (code UNAVAILABLE). Whether
 * a call that failed so may have taken effect, `outcomeUnknown` tells.
 */
export class Unavailable extends DistributexError {
  override readonly name = "Unavailable";

  constructor(parts: Omit<ErrorParts, "code" | "reason"> & Partial<ErrorParts>) {
    super({ reason: "UNAVAILABLE", ...parts, code: UNAVAILABLE });
  }
}

/** The name of a gRPC code, for example INVALID_ARGUMENT for 3. */
export function codeName(code: number): string {
  return (status as Readonly<Record<number, string | undefined>>)[code] ?? "UNKNOWN";
}

function isServiceError(thrown: unknown): thrown is ServiceError {
  return (
    thrown instanceof Error && "code" in thrown && typeof thrown.code === "number" && "details" in thrown
  );
}

/** The service's ErrorInfo out of the trailers; undefined where there is none that can be read. */
function errorInfo(trailers: Metadata | undefined): ErrorInfo | undefined {
  const [bytes] = trailers?.get(DETAILS) ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  try {
    const detail = Status.decode(bytes).details.find(({ typeUrl }) => typeUrl === ERROR_INFO);
    const info = detail && ErrorInfo.decode(detail.value);
    return info?.domain === ERROR_DOMAIN ? info : undefined;
  } catch {
    return undefined; // Something between us and the server wrote it; the code and the message still tell.
  }
}
