import type { HeldLease, LeaseState } from "../held-lease.js";
import { LeaseLost, type LossReason } from "../lease-lost.js";
import type { AcquireWish } from "./acquire-operation.js";

/** The session that a lease lives in. */
export interface LeaseKeeper {
  /** Counts as lost what is lost by the clock. */
  check(lease: GrantedLease): void;
  /** Whether the server was heard as lately as it should have been. */
  readonly confirmed: boolean;
  release(lease: GrantedLease): Promise<boolean>;
}

type Standing = Exclude<LeaseState, "unconfirmed">;

/**
 * A lease and what has become of it. There may be a hundred thousand: signal and error exist when asked for. Its id is
 * a secret that a log of the object doesn't show.
 */
export class GrantedLease implements HeldLease {
  /** The clock has not been asked. */
  standing: Standing = "held";
  /** Its place in the table of leases. */
  place = -1;
  /** When its pool's `maxhold` ends it, by the session's clock. */
  holdUntil = Infinity;
  #reason: LossReason = "RELEASED";
  #loss: LeaseLost | undefined;
  #controller: AbortController | undefined;
  #releasing: Promise<boolean> | undefined;

  readonly #keeper: LeaseKeeper;
  readonly #wish: AcquireWish;
  readonly #leaseId: string;
  readonly #token: bigint;

  constructor(
    keeper: LeaseKeeper,
    wish: AcquireWish,
    leaseId: string,
    token: bigint,
    readonly holderCount: number,
  ) {
    this.#keeper = keeper;
    this.#wish = wish;
    this.#leaseId = leaseId;
    this.#token = token;
  }

  get leaseId(): string {
    return this.#leaseId;
  }

  get name(): string {
    return this.#wish.name;
  }

  get mode(): "exclusive" | "shared" {
    return this.#wish.mode;
  }

  get weight(): number {
    return this.#wish.weight;
  }

  get fencingToken(): bigint {
    this.check();
    return this.#token;
  }

  get held(): boolean {
    return this.check() === "held";
  }

  get state(): LeaseState {
    const standing = this.check();
    return standing === "held" && !this.#keeper.confirmed ? "unconfirmed" : standing;
  }

  get signal(): AbortSignal {
    const standing = this.check();
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (standing === "lost") this.#controller.abort(this.lostError());
    }
    return this.#controller.signal;
  }

  assertHeld(): void {
    if (this.check() !== "held") throw this.lostError();
  }

  release(): Promise<boolean> {
    if (this.#releasing !== undefined) return this.#releasing;
    const standing = this.check();
    this.#releasing = standing === "held" ? this.#keeper.release(this) : Promise.resolve(false);
    return this.#releasing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.release();
    } catch {
      // Then it ends by itself.
    }
  }

  /** It is lost, for good. */
  lose(reason: LossReason): void {
    if (this.standing !== "held") return;
    this.standing = "lost";
    this.#reason = reason;
    this.#controller?.abort(this.lostError());
  }

  private check(): Standing {
    if (this.standing === "held") this.#keeper.check(this);
    return this.standing;
  }

  private lostError(): LeaseLost {
    return (this.#loss ??= new LeaseLost(this.name, this.#reason));
  }
}
