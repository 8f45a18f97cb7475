import type { LockError } from "../../contract/errors.js";
import type { Ending } from "../../core/lock.js";
import type { LockView } from "../../core/view.js";
import type { Caller, GrantedLease, Pending } from "../../engine/engine.js";

/** The session that acquires belong to. */
export interface AcquireOwner {
  readonly ready: boolean;
  granted(asked: AskedAcquire, lease: GrantedLease): void;
  notAcquired(asked: AskedAcquire, outcome: "contended" | "timed-out", lock: LockView): void;
  failed(asked: AskedAcquire, error: LockError): void;
  queued(asked: AskedAcquire, position: number, queueLength: number): void;
  lost(lease: GrantedLease, how: Ending): void;
}

/** One acquire of a session, from its asking to the end of its lease. */
export class AskedAcquire implements Caller {
  answered = false;
  /** It was told its first place, which must arrive; later ones come again. */
  toldPlace = false;
  /** Withdraws it; there while it waits. */
  pending: Pending | undefined;

  constructor(
    private readonly owner: AcquireOwner,
    readonly id: number,
  ) {}

  get ready(): boolean {
    return this.owner.ready;
  }

  granted(lease: GrantedLease): void {
    this.owner.granted(this, lease);
  }

  notAcquired(outcome: "contended" | "timed-out", lock: LockView): void {
    this.owner.notAcquired(this, outcome, lock);
  }

  failed(error: LockError): void {
    this.owner.failed(this, error);
  }

  queued(position: number, queueLength: number): void {
    this.owner.queued(this, position, queueLength);
  }

  lost(lease: GrantedLease, how: Ending): void {
    this.owner.lost(lease, how);
  }
}
