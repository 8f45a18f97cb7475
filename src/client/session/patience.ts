import { AcquireOperation } from "./acquire-operation.js";
import type { Operation } from "./operation.js";
import { guaranteeOf, type Lives } from "./proof.js";
import { ReleaseOperation } from "./release-operation.js";

/** How long operations go on while there is no server. */
export class Patience {
  /** Since when there has been no open session. */
  since = 0;

  constructor(
    private readonly lives: Lives,
    /** How long what can't wait goes on, in milliseconds. */
    readonly connectTimeoutMs: number,
  ) {}

  /** When the operation is given up, unless a session is open by then. Infinity: never. */
  endsAt(operation: Operation): number {
    if (operation instanceof AcquireOperation) {
      const { withdrawnAt, wish } = operation;
      // By then the server has forgotten it.
      if (withdrawnAt !== undefined) return withdrawnAt + guaranteeOf(this.lives) + this.lives.ttlMs;
      if (wish.waitMs > 0) return operation.waitUntil + this.connectTimeoutMs;
    } else if (!(operation instanceof ReleaseOperation)) return Infinity;
    return Math.max(operation.askedAt, this.since) + this.connectTimeoutMs;
  }

  /** When the first of them is given up. */
  firstEnd(operations: Iterable<Operation>): number {
    let first = Infinity;
    for (const operation of operations) first = Math.min(first, this.endsAt(operation));
    return first;
  }
}
