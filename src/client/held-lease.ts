/**
 * What is known of a lease:
 * - `held`: nobody else can have the lock.
 * - `unconfirmed`: the server's newest answer is overdue, or the connection is lost. The lease still stands, by the
 *   clock; it becomes `held` again when the server is heard in time, else `lost`.
 * - `lost`: somebody else may have the lock. It stays so.
 * - `released`: this program gave it back, or closed the client.
 */
export type LeaseState = "held" | "unconfirmed" | "lost" | "released";

/** A lock that this program holds. It is kept by itself until it is released or lost. */
export interface HeldLease extends AsyncDisposable {
  /** The lock's name. */
  readonly name: string;
  /** A secret: whoever has it can release the lock and speak as its leader. Don't log it. */
  readonly leaseId: string;
  /** Higher than in any earlier grant of this lock. Hand it to what the lock protects. */
  readonly fencingToken: bigint;
  readonly mode: "exclusive" | "shared";
  /** Units taken out of the lock's capacity; 1 when shared. */
  readonly weight: number;
  /** Live leases of this lock at the grant, this one included. */
  readonly holderCount: number;
  /** Whether the lock is held by now: `state` is `held` or `unconfirmed`. Looks at the clock. */
  readonly held: boolean;
  /** Looks at the clock. */
  readonly state: LeaseState;
  /**
   * Aborts with a LeaseLost when the lease is lost, not when it is released; before anyone else can be granted the
   * lock, unless the lease was ended on purpose (by an operator, or elsewhere by its id) or the server forgot it. After a stall of the event loop it may come late; `assertHeld` does not.
   */
  readonly signal: AbortSignal;
  /**
   * Looks at the clock. Call it before each step that needs the lock.
   *
   * @throws {LeaseLost} when the lease is lost or released
   */
  assertHeld(): void;
  /**
   * Gives the lock back. From this call on the lease counts as released; calling it again returns the same promise.
   *
   * @returns whether it was held until then; false also where the connection was lost after this call had taken
   * effect, and it was repeated
   * @throws {Unavailable} when no server can be told within the client's `connectTimeout`; the lease then ends by
   * itself
   */
  release(): Promise<boolean>;
  /** As `release`, but never rejects. */
  [Symbol.asyncDispose](): Promise<void>;
}
