import type { DistributexError } from "../errors.js";
import { AcquireOperation } from "./acquire-operation.js";
import type { Dialer } from "./dialer.js";
import { closed, unreachable } from "./failures.js";
import { CancelOperation, ResumeOperation, type Operation } from "./operation.js";
import type { OperationTable } from "./operation-table.js";
import type { Patience } from "./patience.js";
import { ReleaseOperation } from "./release-operation.js";

/** Who sends what goes out with a withdrawal. */
export interface RequestSender {
  /** Sends it on the stream that there is; false: there is none. */
  sendNow(operation: Operation): boolean;
}

/** What becomes of operations that no server answers: they are asked again, given up, withdrawn. */
export class Requests {
  constructor(
    private readonly operations: OperationTable,
    private readonly patience: Patience,
    private readonly dialer: Dialer,
    private readonly sender: RequestSender,
  ) {}

  /** All that is not answered yet, in its order, behind the leases that the first message had no room for. */
  askedAgain(more: readonly string[][]): Operation[] {
    const unanswered = [...this.operations.all()];
    const again: Operation[] = [];
    for (const leaseIds of more) again.push(this.added(new ResumeOperation(leaseIds)));
    for (const operation of unanswered) {
      again.push(operation);
      const withdrawn = operation instanceof AcquireOperation && operation.withdrawn;
      if (withdrawn) again.push(this.added(new CancelOperation(operation)));
    }
    return again;
  }

  /**
   * Its caller waits no more, for this reason.
   *
   * @returns whether it must still be settled: what was sent would else hold the lock for nobody
   */
  withdraw(operation: AcquireOperation, reason: unknown, now: number): boolean {
    operation.rejectCaller(reason);
    if (operation.sent) {
      operation.withdrawnAt = now;
      this.sender.sendNow(new CancelOperation(operation));
    } else this.operations.remove(operation);
    return operation.sent;
  }

  /** Gives up what has gone on for long enough without a server. */
  giveUpUnreachable(now: number): void {
    for (const operation of [...this.operations.all()]) {
      if (now >= this.patience.endsAt(operation)) this.giveUp(operation, now);
    }
  }

  /** Nothing will be answered. */
  failAll(error: DistributexError): void {
    for (const operation of [...this.operations.all()]) this.fail(operation, error);
  }

  /** The client is closed: only releases go on, to be answered by the stream's end. */
  close(): void {
    for (const operation of [...this.operations.all()]) {
      if (!(operation instanceof ReleaseOperation)) this.fail(operation, closed(operation.sent));
    }
  }

  /** The stream that was closed has ended. */
  closed(): void {
    for (const operation of [...this.operations.all()]) this.fail(operation, this.unreached(operation));
  }

  private giveUp(operation: Operation, now: number): void {
    const error = this.unreached(operation);
    if (operation instanceof AcquireOperation && !operation.withdrawn) this.withdraw(operation, error, now);
    else this.fail(operation, error);
  }

  private fail(operation: Operation, error: DistributexError): void {
    this.operations.remove(operation);
    operation.fail(error);
  }

  private unreached(operation: Operation): DistributexError {
    return unreachable(this.patience.connectTimeoutMs, operation.sent, this.dialer.lastError);
  }

  private added(operation: Operation): Operation {
    this.operations.add(operation);
    return operation;
  }
}
