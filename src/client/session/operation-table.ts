import { AcquireOperation } from "./acquire-operation.js";
import { CancelOperation, ResumeOperation, type Operation } from "./operation.js";

/** Ids are uint32; this far they are small integers to V8. */
const LAST_ID = 2 ** 31 - 1;

/** The operations of a session that are not answered yet, in the order in which they were asked for. */
export class OperationTable {
  private readonly unanswered = new Map<number, Operation>();

  constructor(private lastId = 0) {}

  get size(): number {
    return this.unanswered.size;
  }

  add(operation: Operation): void {
    do this.lastId = this.lastId === LAST_ID ? 1 : this.lastId + 1;
    while (this.unanswered.has(this.lastId));
    operation.id = this.lastId;
    this.unanswered.set(operation.id, operation);
  }

  get(id: number): Operation | undefined {
    return this.unanswered.get(id);
  }

  /** It is answered, or was never sent. */
  remove(operation: Operation): void {
    operation.over = true;
    this.unanswered.delete(operation.id);
  }

  all(): IterableIterator<Operation> {
    return this.unanswered.values();
  }

  /** Whether somebody waits for one of them. */
  anyAwaited(): boolean {
    for (const operation of this.unanswered.values()) {
      if (operation instanceof AcquireOperation ? !operation.withdrawn : isAsked(operation)) return true;
    }
    return false;
  }

  /** The stream has ended: what belongs to it alone is over, and asked anew on the next one where it is needed. */
  forgetStream(): void {
    for (const operation of this.unanswered.values()) {
      if (!isAsked(operation)) this.remove(operation);
    }
  }
}

/** Whether somebody asked for it, and not the session itself. */
function isAsked(operation: Operation): boolean {
  return !(operation instanceof CancelOperation || operation instanceof ResumeOperation);
}
