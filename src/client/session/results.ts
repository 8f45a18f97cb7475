import type { OperationResult, SessionLease } from "../../../gen/distributex/v1/session.js";
import { fromWire } from "../../contract/duration.js";
import { safetyMargin } from "../margin.js";
import { AcquireOperation } from "./acquire-operation.js";
import { closed, failureOf, refusalOf } from "./failures.js";
import { GrantedLease, type LeaseKeeper } from "./granted-lease.js";
import type { LeaseTable } from "./lease-table.js";
import { ResumeOperation, type Operation } from "./operation.js";
import type { OperationTable } from "./operation-table.js";
import { ReleaseOperation } from "./release-operation.js";

/** Who is told of grants. */
export interface GrantListener extends LeaseKeeper {
  /** A lock was granted that nobody waits for any more. */
  unwanted(leaseId: string): void;
  /** A lease ends then at the latest. */
  limited(holdUntil: number): void;
}

/** Who is told of what concerns the stream. */
export interface StreamJudge {
  /** Leases of an earlier stream were taken over: out of those that were named, these still live. */
  resumed(named: readonly string[], living: readonly SessionLease[]): void;
  /** This server can't go on with what was asked: another one may. */
  moveOn(): void;
}

/** Brings the results of operations to those who wait for them. */
export class Results {
  /**
   * The time from which what the server says of remaining time counts: when the newest message was sent that it is
   * known to have had by then.
   */
  countFrom = 0;

  constructor(
    private readonly operations: OperationTable,
    private readonly leases: LeaseTable,
    private readonly session: GrantListener,
    private readonly judge: StreamJudge,
  ) {}

  settle({ id, result }: OperationResult): void {
    const operation = this.operations.get(id);
    if (result?.$case === "granted") {
      this.granted(operation, result.value);
    } else if (operation !== undefined && result !== undefined) {
      this.answered(operation, result);
    }
  }

  /** What a pool's `maxhold` leaves of a lease. */
  limit(lease: GrantedLease, message: SessionLease): void {
    this.limitTo(lease, this.holdUntil(message));
  }

  private granted(operation: Operation | undefined, message: SessionLease): void {
    const holdUntil = this.holdUntil(message);
    if (operation !== undefined) this.operations.remove(operation);
    if (!(operation instanceof AcquireOperation) || operation.withdrawn) {
      this.session.unwanted(message.leaseId);
      return;
    }
    const { leaseId, fencingToken, holderCount } = message;
    const lease = new GrantedLease(this.session, operation.wish, leaseId, fencingToken, holderCount);
    this.leases.add(lease);
    this.limitTo(lease, holdUntil);
    operation.resolveCaller(lease);
  }

  /** When the lease ends at the latest. Infinity: with the session. */
  private holdUntil({ remainingHold }: SessionLease): number {
    if (remainingHold === undefined) return Infinity;
    const holdMs = fromWire(remainingHold, "remaining_hold");
    return this.countFrom + holdMs - safetyMargin(holdMs);
  }

  private limitTo(lease: GrantedLease, holdUntil: number): void {
    if (holdUntil === Infinity) return;
    this.leases.limit(lease, holdUntil);
    this.session.limited(holdUntil);
  }

  private answered(
    operation: Operation,
    result: Exclude<NonNullable<OperationResult["result"]>, { $case: "granted" }>,
  ) {
    if (result.$case === "error" && this.mayRetry(operation) && result.value.reason === "SHUTTING_DOWN") {
      this.judge.moveOn();
      return;
    }
    this.operations.remove(operation);
    switch (result.$case) {
      case "released":
        if (operation instanceof ReleaseOperation) operation.resolve(result.value.wasHeld);
        break;
      case "notAcquired":
        if (operation instanceof AcquireOperation && !operation.withdrawn)
          this.refused(operation, result.value);
        break;
      case "error":
        operation.fail(failureOf(result.value));
        if (operation instanceof ResumeOperation) this.judge.moveOn();
        break;
      case "cancelled":
        // Nothing else withdraws what somebody waits for.
        operation.fail(closed());
        break;
      case "resumed":
        if (operation instanceof ResumeOperation) this.judge.resumed(operation.leaseIds, result.value.leases);
        break;
      case "renewed":
      case "inspected":
        break;
    }
  }

  private refused(operation: AcquireOperation, message: Parameters<typeof refusalOf>[1]): void {
    if (operation.wish.orNull) operation.resolveCaller(null);
    else operation.rejectCaller(refusalOf(operation.wish.name, message));
  }

  /** Whether somebody still waits for the lock, and a lost connection wouldn't have ended the wait either. */
  private mayRetry(operation: Operation): boolean {
    return operation instanceof AcquireOperation && operation.wish.waitMs > 0 && !operation.withdrawn;
  }
}
