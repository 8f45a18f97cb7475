import type { Duration } from "../../../gen/google/protobuf/duration.js";
import { setMaxListeners } from "node:events";
import { Mode } from "../../../gen/distributex/v1/lock.js";
import { LONGEST_MS, toWire } from "../../contract/duration.js";
import type { DistributexError } from "../errors.js";
import type { HeldLease } from "../held-lease.js";
import { Operation, OPERATION_BYTES, type OperationKind } from "./operation.js";

const ENDLESS = toWire(LONGEST_MS);

/** What an acquire asks for. */
export interface AcquireWish {
  readonly name: string;
  readonly mode: "exclusive" | "shared";
  readonly weight: number;
  /** Milliseconds; 0 is a try, Infinity without end. */
  readonly waitMs: number;
  readonly value: string;
  readonly signal: AbortSignal | undefined;
  readonly onQueued: ((position: number, queueLength: number) => void) | undefined;
  /** Somebody else having the lock is null, not an error. */
  readonly orNull: boolean;
}

/** Who withdraws an acquire whose signal has aborted. */
export interface Withdrawer {
  withdraw(operation: AcquireOperation, reason: unknown): void;
}

/** Takes a lock. The same request id makes it the same acquire on the next stream. */
export class AcquireOperation extends Operation {
  resolve!: (lease: HeldLease | null) => void;
  reject!: (reason: unknown) => void;
  /** When its caller stopped waiting. Undefined: it waits. */
  withdrawnAt: number | undefined;

  constructor(
    readonly wish: AcquireWish,
    private readonly requestId: string,
    /** When it was asked for. */
    readonly askedAt: number,
    private readonly withdrawer: Withdrawer,
  ) {
    super();
  }

  override get bytes(): number {
    const { name, value } = this.wish;
    return OPERATION_BYTES + 3 * (name.length + value.length) + this.requestId.length;
  }

  override kind(now: number): OperationKind {
    const { name, weight, value } = this.wish;
    const mode = this.wish.mode === "shared" ? Mode.SHARED : Mode.EXCLUSIVE;
    const { requestId } = this;
    return { $case: "acquire", value: { name, mode, weight, waitTimeout: this.wait(now), requestId, value } };
  }

  /** Its caller waits no more; only its result is still to come. */
  get withdrawn(): boolean {
    return this.withdrawnAt !== undefined;
  }

  get waitUntil(): number {
    return this.askedAt + this.wish.waitMs;
  }

  override fail(error: DistributexError): void {
    if (!this.withdrawn) this.rejectCaller(error);
  }

  resolveCaller(lease: HeldLease | null): void {
    this.unlisten();
    this.resolve(lease);
  }

  rejectCaller(reason: unknown): void {
    this.unlisten();
    this.reject(reason);
  }

  /** Its place in the queue. What the caller's function throws is the program's own fault, as in an event listener. */
  queued(position: number, queueLength: number): void {
    const { onQueued } = this.wish;
    if (onQueued === undefined || this.withdrawn) return;
    try {
      onQueued(position, queueLength);
    } catch (thrown) {
      process.nextTick(() => {
        throw thrown;
      });
    }
  }

  listen(): void {
    const { signal } = this.wish;
    if (signal === undefined) return;
    // One signal may well end a thousand waits; Node takes more than ten for a leak.
    setMaxListeners(0, signal);
    signal.addEventListener("abort", this);
  }

  /** Its signal has aborted. */
  handleEvent(): void {
    this.withdrawer.withdraw(this, this.wish.signal?.reason);
  }

  private unlisten(): void {
    this.wish.signal?.removeEventListener("abort", this);
  }

  /** A wait that is about to end is no try: its outcome is that it timed out. */
  private wait(now: number): Duration | undefined {
    const { waitMs } = this.wish;
    if (waitMs === 0) return undefined;
    return waitMs === Infinity ? ENDLESS : toWire(Math.ceil(Math.max(1, this.waitUntil - now)));
  }
}
