import type { LockError } from "../../src/contract/errors.js";
import type { Ending } from "../../src/core/lock.js";
import type { LockView } from "../../src/core/view.js";
import type { Caller, GrantedLease, Pending } from "../../src/engine/engine.js";

/** Somebody who asked for a lock, and all that he was told. */
export class Asked implements Caller {
  /** Every answer and loss in order; the promise is one answer, once. */
  readonly told: string[] = [];
  readonly places: (readonly [position: number, queueLength: number])[] = [];
  readonly losses: Ending[] = [];
  ready = true;
  pending: Pending = { cancel: () => undefined };
  error: LockError | undefined;
  seen: LockView | undefined;
  private given: GrantedLease | undefined;
  private heard: () => void = () => undefined;
  /** Resolves once he is answered or queued. */
  readonly first = new Promise<void>((resolve) => {
    this.heard = resolve;
  });

  constructor(private readonly onGranted: () => void = () => undefined) {}

  get held(): boolean {
    return this.given !== undefined && this.losses.length === 0;
  }

  get lease(): GrantedLease {
    if (this.given === undefined) throw new Error(`not granted: ${this.told.join(", ") || "nothing told"}`);
    return this.given;
  }

  get token(): bigint {
    return this.lease.token;
  }

  granted(lease: GrantedLease): void {
    this.given = lease;
    this.hear("granted");
    this.onGranted();
  }

  notAcquired(outcome: "contended" | "timed-out", lock: LockView): void {
    this.seen = lock;
    this.hear(outcome);
  }

  failed(error: LockError): void {
    this.error = error;
    this.hear(error.reason);
  }

  queued(position: number, queueLength: number): void {
    this.places.push([position, queueLength]);
    this.heard();
  }

  lost(lease: GrantedLease, how: Ending): void {
    if (lease !== this.given) throw new Error("told of a loss that is not his");
    this.losses.push(how);
    this.hear(`lost: ${how}`);
  }

  protected hear(what: string): void {
    this.told.push(what);
    this.heard();
  }
}

/** Somebody who resumed leases: he is told how each of them ends. */
export class Heir extends Asked {
  override lost(_lease: GrantedLease, how: Ending): void {
    this.losses.push(how);
    this.hear(`lost: ${how}`);
  }
}
