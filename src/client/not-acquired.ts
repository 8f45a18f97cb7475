import { status } from "@grpc/grpc-js";
import type { Lock } from "../../gen/distributex/v1/lock.js";
import { DistributexError } from "./errors.js";
import { lockState, type LockState } from "./lock-state.js";

/** How an acquisition ended without the lock: at once (`wait` was "0s"), or when the wait was over. */
export type NotAcquiredReason = "CONTENDED" | "TIMED_OUT";

/** Somebody else had the lock, and went on having it for all of the wait. */
export class NotAcquired extends DistributexError {
  override readonly name = "NotAcquired";
  declare readonly reason: NotAcquiredReason;

  readonly #lock: Lock | undefined;

  constructor(name: string, reason: NotAcquiredReason, lock: Lock | undefined) {
    const holder = lock?.holders[0]?.owner?.label;
    const by = holder === undefined || holder === "" ? "" : `, held by "${holder}"`;
    const why = reason === "CONTENDED" ? "is taken" : "did not come free in time";
    super({ code: status.DEADLINE_EXCEEDED, reason, message: `"${name}" ${why}${by}` });
    this.#lock = lock;
  }

  /** Whoever has the lock may give it back. */
  override get retryable(): boolean {
    return true;
  }

  /** The state of the lock that the server saw, with its first holder. Undefined: it told none. */
  get lock(): LockState | undefined {
    return this.#lock && lockState(this.#lock);
  }
}
