import type { HeldLease } from "../held-lease.js";
import { callBack, useClient, type CallbackOptions, type ClientInUse } from "./options.js";

/** A lock's callbacks, and where it is. */
export interface CallbackLockOptions extends CallbackOptions {
  /** Called each time the lock was obtained. What it returns is not waited for. Absent: nothing is. */
  readonly onObtained?: ((lease: HeldLease) => unknown) | undefined;
  /**
   * Called once each time the lock was lost, when `lease.signal` aborts, and not when it was released. What it
   * returns is not waited for; `lease.signal.reason` tells why. Absent: nothing is.
   */
  readonly onLost?: ((lease: HeldLease) => unknown) | undefined;
}

interface Tenure extends ClientInUse {
  readonly lease: HeldLease;
}

interface Attempt {
  readonly stop: AbortController;
  readonly outcome: Promise<boolean>;
}

/**
 * A lock with callbacks, in the style of Metaparticle. One object holds it once at a time; after a release, a loss or
 * a failure it can be acquired again.
 */
export class Lock {
  readonly #options: CallbackLockOptions;
  #attempt: Attempt | undefined;
  #tenure: Tenure | undefined;

  constructor(
    readonly name: string,
    options: CallbackLockOptions = {},
  ) {
    this.#options = options;
  }

  /** Whether this object holds the lock. Looks at the clock. */
  get held(): boolean {
    return this.#tenure?.lease.held === true;
  }

  /**
   * Obtains the lock.
   *
   * @param blocking whether to wait for it; absent: yes, for ever
   * @returns false when somebody else has it and `blocking` is false, or when `release` was called meanwhile
   * @throws {Unavailable} when no server answers within 10 s; once it waits in the queue it waits on
   * @throws {DistributexError} when the server refuses
   * @throws {Error} when this object holds the lock, or is about to
   */
  async acquire(blocking = true): Promise<boolean> {
    if (this.#attempt !== undefined || this.held) throw new Error(`this Lock of "${this.name}" is in use`);
    const stop = new AbortController();
    const outcome = this.#obtain(blocking, stop.signal);
    this.#attempt = { stop, outcome };
    try {
      return await outcome;
    } catch (thrown) {
      if (stop.signal.aborted) return false;
      throw thrown;
    } finally {
      this.#attempt = undefined;
    }
  }

  /**
   * Gives the lock back, or stops to wait for it.
   *
   * @returns whether it was held until then
   * @throws {Unavailable} when no server can be told in time; the lock then comes free by itself
   */
  async release(): Promise<boolean> {
    const attempt = this.#attempt;
    attempt?.stop.abort();
    await attempt?.outcome.catch(() => undefined);
    const tenure = this.#tenure;
    this.#tenure = undefined;
    if (tenure === undefined) return false;
    try {
      return await tenure.lease.release();
    } finally {
      await tenure.done();
    }
  }

  async #obtain(blocking: boolean, signal: AbortSignal): Promise<boolean> {
    const { ttl } = this.#options;
    const { client, done } = await useClient(this.#options, signal);
    let lease: HeldLease | null = null;
    try {
      lease = await (blocking
        ? client.acquire(this.name, { ttl, signal })
        : client.tryAcquire(this.name, { ttl, signal }));
      if (signal.aborted) lease = await given(lease);
    } finally {
      if (lease === null) await done();
    }
    if (lease === null) return false;
    this.#hold({ lease, client, done });
    return true;
  }

  #hold(tenure: Tenure): void {
    const { lease, done } = tenure;
    const { onObtained, onLost } = this.#options;
    this.#tenure = tenure;
    const lose = () => {
      if (this.#tenure === tenure) this.#tenure = undefined;
      callBack(() => onLost?.(lease), this.#options);
      void done();
    };
    callBack(() => onObtained?.(lease), this.#options);
    if (lease.signal.aborted) lose();
    else lease.signal.addEventListener("abort", lose, { once: true });
  }
}

/** Gives back what came too late. */
async function given(lease: HeldLease | null): Promise<null> {
  await lease?.[Symbol.asyncDispose]();
  return null;
}
