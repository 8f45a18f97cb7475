import type { DistributexError } from "../errors.js";
import { Operation, OPERATION_BYTES, type OperationKind } from "./operation.js";

/** Ends a lease; repeated on the next stream until it is answered. */
export class ReleaseOperation extends Operation {
  resolve: (wasHeld: boolean) => void = unheeded;
  reject: (reason: unknown) => void = unheeded;

  constructor(
    private readonly leaseId: string,
    /** When it was asked for, if no session was open then; else 0. */
    readonly askedAt: number,
  ) {
    super();
  }

  override get bytes(): number {
    return OPERATION_BYTES + 3 * this.leaseId.length;
  }

  override kind(): OperationKind {
    return { $case: "release", value: { leaseId: this.leaseId } };
  }

  override fail(error: DistributexError): void {
    this.reject(error);
  }
}

/** Nobody waits for the release of what nobody wanted any more. */
function unheeded(): void {
  // The lease ends, now or with its session.
}
