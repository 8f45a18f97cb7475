import { LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import type { ClientContext } from "./context.js";
import { expected } from "./duration.js";
import type { HeldLease, LeaseState } from "./held-lease.js";
import { JointSignal } from "./joint-signal.js";
import { LeaseLost } from "./lease-lost.js";
import { steadyCall } from "./steady-call.js";

/** The time in which this program leads an election: a lease, and what the leader publishes. */
export class Term implements HeldLease {
  readonly #context: ClientContext;
  readonly #lease: HeldLease;
  readonly #over: JointSignal;
  #value: string;
  /** The proclamations so far, one after the other. */
  #proclaimed: Promise<unknown> = Promise.resolve();

  /**
   * Resolves when the term is over: lost (`signal` tells why), resigned, or ended with its client. It never rejects.
   * After a stall of the event loop it may come late; `assertHeld` does not.
   */
  readonly ended: Promise<void>;

  constructor(context: ClientContext, lease: HeldLease, value: string) {
    this.#context = context;
    this.#lease = lease;
    this.#value = value;
    this.#over = new JointSignal(lease.signal, context.closed);
    const { signal } = this.#over;
    this.ended = new Promise((resolve) => {
      const end = () => {
        this.#over.dispose();
        resolve();
      };
      if (signal.aborted) end();
      else signal.addEventListener("abort", end);
    });
  }

  /** What this leader publishes: the newest value that the server took. */
  get value(): string {
    return this.#value;
  }

  /**
   * Publishes another value from now on. Those that are called together take effect in their order.
   *
   * @param value at most 4096 bytes; empty: nothing
   * @throws {LeaseLost} when the term is over
   * @throws {Unavailable} when no server answers within the client's `connectTimeout`
   * @throws {DistributexError} when the server refuses; with LEASE_NOT_HELD it has ended the term, and word of that is
   * under way
   * @throws {TypeError} when the value is no string
   */
  proclaim(value: string): Promise<void> {
    const proclaimed = this.#proclaimed.then(() => this.#proclaim(value));
    this.#proclaimed = proclaimed.catch(() => undefined);
    return proclaimed;
  }

  /**
   * Ends the term; the next candidate is elected. As `release`.
   *
   * @returns whether it led until then
   * @throws {Unavailable} when no server can be told within the client's `connectTimeout`; the term then ends by itself
   */
  resign(): Promise<boolean> {
    const resigned = this.#lease.release();
    this.#over.abort(new LeaseLost(this.name, "RELEASED"));
    return resigned;
  }

  release(): Promise<boolean> {
    return this.resign();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.resign().catch(() => undefined);
  }

  get name(): string {
    return this.#lease.name;
  }

  get leaseId(): string {
    return this.#lease.leaseId;
  }

  get fencingToken(): bigint {
    return this.#lease.fencingToken;
  }

  get mode(): "exclusive" | "shared" {
    return this.#lease.mode;
  }

  get weight(): number {
    return this.#lease.weight;
  }

  get holderCount(): number {
    return this.#lease.holderCount;
  }

  get held(): boolean {
    return this.#lease.held;
  }

  get state(): LeaseState {
    return this.#lease.state;
  }

  get signal(): AbortSignal {
    return this.#lease.signal;
  }

  assertHeld(): void {
    this.#lease.assertHeld();
  }

  async #proclaim(value: string): Promise<void> {
    if (typeof value !== "string") throw expected("value", "a string", value);
    this.assertHeld();
    const request = { leaseId: this.leaseId, value };
    await steadyCall(this.#context, LockServiceService.proclaim, request, this.#over.signal);
    this.#value = value;
  }
}
