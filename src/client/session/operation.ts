import type { Operation as OperationMessage } from "../../../gen/distributex/v1/session.js";
import type { DistributexError } from "../errors.js";

export type OperationKind = NonNullable<OperationMessage["kind"]>;

/** An operation takes fewer bytes than that besides its texts. */
export const OPERATION_BYTES = 64;

/** One thing that was asked of the server: in the table until its one result has come. */
export abstract class Operation {
  /** Given by the table. */
  id = 0;
  /** Of all that was asked, the how manieth it is; given by the table. */
  order = 0;
  /** It was sent, on some stream: it may have taken effect. */
  sent = false;
  /** It is out of the table. */
  over = false;

  /** It takes so many bytes in a message at most. */
  abstract get bytes(): number;

  /** What is sent, its id apart. */
  abstract kind(now: number): OperationKind;

  /** It has failed, and is out of the table. */
  abstract fail(error: DistributexError): void;
}

/** Withdraws an acquire. Nobody waits for its result: the acquire's own tells. */
export class CancelOperation extends Operation {
  override readonly bytes = OPERATION_BYTES;

  constructor(private readonly target: Operation) {
    super();
  }

  override kind(): OperationKind {
    return { $case: "cancel", value: { operationId: this.target.id } };
  }

  override fail(): void {
    // The acquire is what counts.
  }
}

/** Takes leases over from an earlier stream, those that didn't fit into its first message. */
export class ResumeOperation extends Operation {
  constructor(readonly leaseIds: readonly string[]) {
    super();
  }

  override get bytes(): number {
    let bytes = OPERATION_BYTES;
    for (const leaseId of this.leaseIds) bytes += 3 * leaseId.length + 3;
    return bytes;
  }

  override kind(): OperationKind {
    return { $case: "resume", value: { leaseIds: [...this.leaseIds] } };
  }

  override fail(): void {
    // The session gives up the stream that it was sent on, and resumes again.
  }
}
