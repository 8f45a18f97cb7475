/** The canonical gRPC status codes in use. */
const status = {
  CANCELLED: 1,
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** What a reason means to a program: its gRPC code, and whether the same call may succeed later. */
interface ErrorKind {
  readonly code: number;
  readonly retryable: boolean;
}

/**
 * Every error of the service, once: `reason` in the ErrorInfo -> code and retryability. docs/protocol.md shows
 * the same table; a test holds the two together.
 */
export const ERRORS = {
  INVALID_NAME: { code: status.INVALID_ARGUMENT, retryable: false },
  INVALID_TTL: { code: status.INVALID_ARGUMENT, retryable: false },
  INVALID_WEIGHT: { code: status.INVALID_ARGUMENT, retryable: false },
  INVALID_ARGUMENT: { code: status.INVALID_ARGUMENT, retryable: false },
  REQUEST_ID_REUSED: { code: status.INVALID_ARGUMENT, retryable: false },
  UNKNOWN_POOL: { code: status.NOT_FOUND, retryable: false },
  LEASE_NOT_HELD: { code: status.FAILED_PRECONDITION, retryable: false },
  MAX_HOLD: { code: status.FAILED_PRECONDITION, retryable: false },
  STALE_FENCING_TOKEN: { code: status.FAILED_PRECONDITION, retryable: false },
  SESSION_LOST: { code: status.FAILED_PRECONDITION, retryable: false },
  QUEUE_FULL: { code: status.RESOURCE_EXHAUSTED, retryable: true },
  TOO_MANY_LOCKS: { code: status.RESOURCE_EXHAUSTED, retryable: true },
  TOO_MANY_SESSIONS: { code: status.RESOURCE_EXHAUSTED, retryable: true },
  TOO_MANY_OPERATIONS: { code: status.RESOURCE_EXHAUSTED, retryable: true },
  SLOW_READER: { code: status.RESOURCE_EXHAUSTED, retryable: true },
  MESSAGE_TOO_LARGE: { code: status.RESOURCE_EXHAUSTED, retryable: false },
  NOT_ALLOWED: { code: status.PERMISSION_DENIED, retryable: false },
  BAD_CREDENTIALS: { code: status.UNAUTHENTICATED, retryable: false },
  ENGINE_UNAVAILABLE: { code: status.UNAVAILABLE, retryable: true },
  ENGINE_RECOVERING: { code: status.UNAVAILABLE, retryable: true },
  SHUTTING_DOWN: { code: status.UNAVAILABLE, retryable: true },
  SUPERSEDED: { code: status.CANCELLED, retryable: false },
  INTERNAL: { code: status.INTERNAL, retryable: false },
} as const satisfies Record<string, ErrorKind>;

export type ErrorReason = keyof typeof ERRORS;

/** The `domain` of every ErrorInfo. */
export const ERROR_DOMAIN = "distributex";

/** An error that a caller is told, with its reason; `field` names the request field that is wrong. */
export class LockError extends Error {
  override readonly name = "LockError";

  constructor(
    readonly reason: ErrorReason,
    message: string,
    readonly field?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get code(): number {
    return ERRORS[this.reason].code;
  }

  get retryable(): boolean {
    return ERRORS[this.reason].retryable;
  }

  /** What goes into ErrorInfo.metadata. */
  get metadata(): Record<string, string> {
    return this.field === undefined ? {} : { field: this.field };
  }

  /** Turns anything thrown into a LockError; what is not one is a fault of ours and shows nothing of itself. */
  static from(thrown: unknown): LockError {
    if (thrown instanceof LockError) return thrown;
    return new LockError("INTERNAL", "internal error; the server's log has it", undefined, { cause: thrown });
  }
}
