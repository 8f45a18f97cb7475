import {
  connect,
  DistributexError,
  LeaseLost,
  NotAcquired,
  Unavailable,
  type AcquireOptions,
  type HeldLease,
  type LockClient,
} from "../../src/client/index.js";
import type { Chance } from "./chance.js";
import { monotonic, pause } from "./time.js";
import type { Witness } from "./witness.js";

/** How the leases of a contest live, in milliseconds. */
export interface Lives {
  readonly ttlMs: number;
  readonly graceMs: number;
}

/** When the faults are over, everybody gets every lock within this time, and then nothing is left within it. */
export function progressMs({ ttlMs, graceMs }: Lives): number {
  return 3 * (ttlMs + graceMs);
}

/** What a holder does with its lock for about so long. May throw LeaseLost. */
export type Use = (lease: HeldLease, holdMs: number, stop: AbortSignal) => Promise<void>;

const WAYS = { wait: 6, impatient: 2, try: 3, share: 3, withLock: 3, restart: 1 } as const;

/** A program that takes locks again and again, in every way that the SDK offers. */
export class Contender {
  /** Locks that it got. */
  grants = 0;
  private client: LockClient | undefined;
  private connecting: Promise<LockClient> | undefined;
  private readonly held = new Set<HeldLease>();

  constructor(
    private readonly name: string,
    private readonly port: number,
    private readonly lives: Lives,
    private readonly locks: readonly string[],
    private readonly chance: Chance,
    private readonly witness: Witness,
    private readonly use: Use,
  ) {}

  /** Goes on until the signal aborts, with both hands. */
  async run(stop: AbortSignal): Promise<void> {
    const hand = async (): Promise<void> => {
      while (!stop.aborted) {
        await this.turn(stop).catch(this.expected);
        // Sometimes for about as long as a session with nothing to do stays open.
        const pauseMs = this.chance.happens(0.9)
          ? this.chance.ofAnySize(1, 200)
          : this.chance.between(900, 1_500);
        await pause(pauseMs, stop);
      }
    };
    await Promise.all([hand(), hand()]);
  }

  /**
   * Takes each lock once and gives it back. Resolves with the time that the slowest one took; rejects when a server
   * that has had its time to free it doesn't.
   */
  async takeEach(): Promise<number> {
    let slowestMs = 0;
    for (const lock of this.locks) {
      const asked = monotonic();
      const client = await this.connected();
      const lease = await client.acquire(lock, { wait: `${progressMs(this.lives)}ms` });
      slowestMs = Math.max(slowestMs, monotonic() - asked);
      await this.hold(lease, () => Promise.resolve());
    }
    return slowestMs;
  }

  async close(): Promise<void> {
    const { client, held } = this;
    this.client = undefined;
    for (const lease of held) this.witness.released(lease);
    held.clear();
    await client?.close();
  }

  private async turn(stop: AbortSignal): Promise<void> {
    const { chance } = this;
    const client = await this.connected();
    const lock = chance.pick(this.locks);
    const { guaranteeMs } = this;
    const holdMs = chance.happens(0.5) ? chance.ofAnySize(1, 300) : chance.ofAnySize(100, 3 * guaranteeMs);
    // Leases with a ttl of their own live in a session of their own.
    const own = chance.happens(0.2) ? ({ ttl: `${2 * this.lives.ttlMs}ms` } as const) : {};
    const wait = {
      ...own,
      wait: `${Math.ceil(chance.ofAnySize(1, 3 * guaranteeMs))}ms`,
      signal: stop,
    } as const;
    const use = (lease: HeldLease) => this.use(lease, holdMs, stop);
    switch (chance.weighted(WAYS)) {
      case "wait":
        return this.acquire(client, lock, wait, use);
      case "impatient": {
        const signal = AbortSignal.any([stop, AbortSignal.timeout(Math.ceil(chance.ofAnySize(1, 500)))]);
        return this.acquire(client, lock, { ...own, signal }, use);
      }
      case "try": {
        const lease = await client.tryAcquire(lock, { ...own, signal: stop });
        return lease === null ? undefined : this.hold(lease, use);
      }
      case "share":
        return this.acquire(client, lock, { ...wait, mode: "shared" }, use);
      case "withLock":
        return client.withLock(lock, wait, async (lease) => {
          this.took(lease);
          await use(lease).finally(() => {
            this.letGo(lease);
          });
        });
      case "restart":
        // What it holds is given back by nobody but `close`.
        return this.acquire(client, lock, wait, async (lease) => {
          await use(lease).finally(() => this.close());
        });
    }
  }

  private async acquire(
    client: LockClient,
    lock: string,
    options: AcquireOptions,
    use: (lease: HeldLease) => Promise<void>,
  ) {
    await this.hold(await client.acquire(lock, options), use);
  }

  private async hold(lease: HeldLease, use: (lease: HeldLease) => Promise<void>): Promise<void> {
    this.took(lease);
    try {
      await use(lease);
    } finally {
      this.letGo(lease);
      const released = lease.release();
      if (lease.held) this.witness.faults.push(`${this.name} believes in "${lease.name}" after its release`);
      if (this.chance.happens(0.7)) await released;
      else released.catch(this.expected);
    }
  }

  private took(lease: HeldLease): void {
    this.grants++;
    this.held.add(lease);
    this.witness.granted(this.name, lease);
  }

  private letGo(lease: HeldLease): void {
    this.held.delete(lease);
    this.witness.released(lease);
  }

  private async connected(): Promise<LockClient> {
    if (this.client !== undefined) return this.client;
    const { ttlMs, graceMs } = this.lives;
    this.connecting ??= connect(`127.0.0.1:${this.port}`, {
      owner: this.name,
      ttl: `${ttlMs}ms`,
      grace: `${graceMs}ms`,
      connectTimeout: "2s",
    }).finally(() => (this.connecting = undefined));
    return (this.client = await this.connecting);
  }

  /** What faults of the network and the clock may lead to, and nothing else. */
  private readonly expected = (thrown: unknown): void => {
    if (thrown instanceof NotAcquired || thrown instanceof LeaseLost || thrown instanceof Unavailable) return;
    if (thrown instanceof DistributexError && thrown.reason === "CLOSED") return;
    if (thrown instanceof DOMException && /^(Abort|Timeout)Error$/.test(thrown.name)) return;
    this.witness.faults.push(`${this.name} was thrown ${String(thrown)}`);
  };

  private get guaranteeMs(): number {
    return Math.min(this.lives.ttlMs, this.lives.graceMs);
  }
}
