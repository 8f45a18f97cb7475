import { setTimeout as sleep } from "node:timers/promises";
import type { Lease } from "../../gen/distributex/v1/lock.js";
import { LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import { moment } from "../client/clock.js";
import { DistributexError, Unavailable } from "../client/errors.js";
import { confirmed, trustedMs, type DatedLease } from "./acquisition.js";
import type { Context } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { LeaseLost } from "./lease-lost.js";

const LONGEST_PAUSE_MS = 10_000;

/**
 * The time in which a lease that lives with its stream is held. A signal gives it up politely before the stream is
 * cancelled; and it is counted as lost before the server can grant the lock again, also when the network is silent.
 */
export class Tenure {
  readonly #call = new AbortController();
  #lease: Lease | undefined;
  #givenUp = false;

  constructor(
    private readonly context: Context,
    private readonly giveUp: (leaseId: string) => Promise<unknown>,
  ) {}

  /** Cancels the stream. */
  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get held(): boolean {
    return this.#lease !== undefined;
  }

  /** Follows the stream to its end. A signal while the lease is held ends it well: it was held until then. */
  async during(follow: () => Promise<number>): Promise<number> {
    const { stopped } = this.context;
    const stop = () => void this.stop();
    if (stopped.aborted) stop();
    stopped.addEventListener("abort", stop);
    try {
      return await follow();
    } catch (thrown) {
      if (this.#givenUp) return EXIT.DONE;
      throw this.#lease !== undefined && thrown instanceof Unavailable ? connectionLost(this.#lease) : thrown;
    } finally {
      stopped.removeEventListener("abort", stop);
      this.#call.abort();
    }
  }

  /** Confirms the lease, and watches over it from now on. */
  async begin(lease: Lease): Promise<DatedLease> {
    this.#lease = lease;
    const dated = await confirmed(this.context.link, lease);
    this.keep(dated).catch((thrown: unknown) => {
      this.#call.abort(thrown);
    });
    return dated;
  }

  /** What the server says of its end: none of our losses where we gave it up ourselves. */
  ended(name: string, reason: string): number {
    if (this.#givenUp) return EXIT.DONE;
    throw new LeaseLost(name, reason, `its lease has ended: ${reason}`);
  }

  private async stop(): Promise<void> {
    const { stopped } = this.context;
    if (this.#lease !== undefined) {
      this.#givenUp = true;
      // Where that fails the end of the stream ends it all the same.
      await this.giveUp(this.#lease.leaseId).catch(() => undefined);
    }
    this.#call.abort(stopped.reason);
  }

  /** Renewals of such a lease change nothing; their answers prove that it is held. */
  private async keep(dated: DatedLease): Promise<void> {
    for (let proof = dated; ;) {
      const leftMs = trustedMs(proof);
      if (leftMs === Infinity) return;
      if (leftMs <= 0) throw connectionLost(proof.lease);
      await sleep(Math.min(leftMs / 3, LONGEST_PAUSE_MS), undefined, { signal: this.signal, ref: false });
      proof = (await this.prove(proof)) ?? proof;
    }
  }

  /** One failed renewal is not a loss: undefined. */
  private async prove(proof: DatedLease): Promise<DatedLease | undefined> {
    const sentAt = moment();
    const { leaseId } = proof.lease;
    const options = { deadlineMs: Math.max(1, trustedMs(proof)), repeatable: false, signal: this.signal };
    try {
      const { lease } = await this.context.link.ask(
        LockServiceService.renew,
        { leaseId, ttl: undefined },
        options,
      );
      return lease === undefined ? undefined : { lease, sentAt };
    } catch (thrown) {
      if (thrown instanceof DistributexError && thrown.reason === "LEASE_NOT_HELD") {
        throw new LeaseLost(proof.lease.name, thrown.reason, thrown.message);
      }
      if (thrown instanceof DistributexError) return undefined;
      throw thrown;
    }
  }
}

function connectionLost({ name }: Lease): LeaseLost {
  return new LeaseLost(name, "SESSION_LOST", "the connection to the server was lost");
}
