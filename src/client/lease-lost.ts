import { status } from "@grpc/grpc-js";
import { DistributexError } from "./errors.js";

/**
 * Why a lease is not held any more:
 * - `EXPIRED`: its ttl passed.
 * - `FORCE_RELEASED`: an operator ended it.
 * - `RELEASED`: it was released, by this program or elsewhere by its lease id.
 * - `MAX_HOLD`: it was held for as long as its pool allows.
 * - `SESSION_LOST`: the server was not heard for so long that it may have given the lock to somebody else, or it
 *   said that it has.
 * - `ENGINE_LOST`: the server's store forgot it.
 * - `SHUTTING_DOWN`: the server ended, and its leases with it.
 * - `UNSPECIFIED`: a newer server gave a reason that this client doesn't know.
 */
export type LossReason =
  | "EXPIRED"
  | "FORCE_RELEASED"
  | "RELEASED"
  | "MAX_HOLD"
  | "SESSION_LOST"
  | "ENGINE_LOST"
  | "SHUTTING_DOWN"
  | "UNSPECIFIED";

const WHY: Readonly<Record<LossReason, string>> = {
  EXPIRED: "its ttl passed",
  FORCE_RELEASED: "an operator ended it",
  RELEASED: "it was released",
  MAX_HOLD: "it was held for as long as its pool allows",
  SESSION_LOST: "the session it lived in was lost",
  ENGINE_LOST: "the server's store forgot it",
  SHUTTING_DOWN: "the server shut down",
  UNSPECIFIED: "the server ended it",
};

/** A lease is not held any more: somebody else may have the lock. */
export class LeaseLost extends DistributexError {
  override readonly name = "LeaseLost";
  declare readonly reason: LossReason;

  constructor(
    /** The lock's name. */
    readonly lock: string,
    reason: LossReason,
  ) {
    super({ code: status.FAILED_PRECONDITION, reason, message: `lost "${lock}": ${WHY[reason]}` });
  }

  /** What is lost stays lost; acquire the lock anew. */
  override get retryable(): boolean {
    return false;
  }
}
