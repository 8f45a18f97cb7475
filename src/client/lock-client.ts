import { setMaxListeners } from "node:events";
import { LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import { Lock } from "../../gen/distributex/v1/lock.js";
import { campaign, type CampaignOptions } from "./campaign.js";
import type { ClientContext } from "./context.js";
import { readDuration, type Duration } from "./duration.js";
import { DistributexError } from "./errors.js";
import type { HeldLease } from "./held-lease.js";
import type { LeaderInfo } from "./leader-info.js";
import { list, type ListOptions } from "./list.js";
import type { LockEvent } from "./lock-event.js";
import { lockState, type LockState } from "./lock-state.js";
import { observe, type ObserveOptions } from "./observe.js";
import type { AcquireOptions, ClientSettings, TryAcquireOptions } from "./options.js";
import { closed } from "./session/failures.js";
import { RequestIds } from "./session/request-ids.js";
import { Session } from "./session/session.js";
import type { Surroundings } from "./session/surroundings.js";
import { steadyCall } from "./steady-call.js";
import type { Term } from "./term.js";
import type { Uplink } from "./uplink.js";
import { watch, type WatchOptions } from "./watch.js";
import { wishOf } from "./wish.js";

const NO_OPTIONS: AcquireOptions = {};

/** What `withLock` is to run while the lock is held. */
export type Work<T> = (lease: HeldLease) => T | Promise<T>;

/** A client of the lock service: `connect` makes one. It reconnects by itself, and takes its leases along. */
export class LockClient implements AsyncDisposable {
  readonly #requestIds = new RequestIds();
  readonly #sessions = new Map<number, Session>();
  readonly #settings: ClientSettings;
  readonly #uplink: Uplink;
  readonly #surroundings: Surroundings;
  /** The one of most leases: of those that ask for no ttl of their own. */
  readonly #session: Session;
  readonly #closed = new AbortController();
  readonly #context: ClientContext;
  #closing: Promise<void> | undefined;

  constructor(settings: ClientSettings, uplink: Uplink, surroundings: Surroundings) {
    this.#settings = settings;
    this.#uplink = uplink;
    this.#surroundings = surroundings;
    this.#context = { settings, uplink, surroundings, closed: this.#closed.signal };
    setMaxListeners(Infinity, this.#closed.signal); // One for each call under way.
    this.#session = this.#sessionOf(settings.ttlMs);
  }

  /**
   * Takes a lock, waiting for it as long as `wait` says; absent: for ever. Waiters are served in the order in which
   * they came.
   *
   * @throws {NotAcquired} when somebody else has it and the wait is over
   * @throws {Unavailable} when no server can be reached: a try after the client's `connectTimeout`, a wait that long
   * after it is over; one without end goes on trying
   * @throws {DistributexError} when the server refuses
   * @throws {TypeError} when an option is not what it should be
   */
  acquire(name: string, options: AcquireOptions = NO_OPTIONS): Promise<HeldLease> {
    return this.#ask(name, options, false) as Promise<HeldLease>;
  }

  /** As `acquire`, but doesn't wait: null when somebody else has the lock or waits for it. */
  tryAcquire(name: string, options: TryAcquireOptions = NO_OPTIONS): Promise<HeldLease | null> {
    return this.#ask(name, options, true);
  }

  /**
   * Takes a lock, runs the function, and gives the lock back whatever comes of it.
   *
   * @returns what the function returns
   * @throws what the function throws; else {LeaseLost} when the lock was lost before the function was done; else as
   * `acquire`
   */
  withLock<T>(name: string, work: Work<T>): Promise<T>;
  withLock<T>(name: string, options: AcquireOptions, work: Work<T>): Promise<T>;
  async withLock<T>(name: string, ...[first, second]: [Work<T>] | [AcquireOptions, Work<T>]): Promise<T> {
    const [options, work] = typeof first === "function" ? [NO_OPTIONS, first] : [first, second as Work<T>];
    const lease = await this.acquire(name, options);
    try {
      const result = await work(lease);
      if (lease.state !== "released") lease.assertHeld();
      return result;
    } finally {
      await lease[Symbol.asyncDispose]();
    }
  }

  /**
   * Looks at a lock.
   *
   * @throws {Unavailable} when no server answers within the client's `connectTimeout`
   */
  async inspect(name: string): Promise<LockState> {
    const request = { name, leaseId: "" };
    const { lock } = await steadyCall(this.#context, LockServiceService.inspect, request);
    return lockState(lock ?? Lock.create({ name }));
  }

  /**
   * Lists the locks that somebody holds or waits for, in no particular order. It asks for them in pages as the loop
   * goes on; a lock that lives throughout the loop is listed exactly once.
   *
   * @throws {Unavailable} when no server answers within the client's `connectTimeout`
   */
  list(options: ListOptions = {}): AsyncGenerator<LockState, void, undefined> {
    return list(this.#context, options);
  }

  /**
   * Tells what happens to locks from the time when the loop begins, all of it in order. The loop doesn't end by itself.
   *
   * @throws {Unavailable} when no server answers within the client's `connectTimeout`, or the connection breaks or is
   * silent for 30 s: events may then have been missed
   * @throws {DistributexError} with SLOW_READER when the loop is too slow, and events were missed
   */
  watch(options: WatchOptions = {}): AsyncGenerator<LockEvent, void, undefined> {
    return watch(this.#context, options);
  }

  /**
   * Stands for election, on a lock of capacity 1: the loop's body runs while this program leads, and is given the
   * term, whose `signal` tells when it is lost. Leaving the body resigns; the next turn stands again, after a loss too.
   * `break`, `return` and `throw` resign and stand no more. What may pass, such as no server, is retried for ever.
   *
   * ```ts
   * for await (const term of locks.campaign("shard-7", { value: "10.0.0.7:80" })) await lead(term);
   * ```
   *
   * @throws {DistributexError} when the server refuses for good, or the client is closed (reason CLOSED)
   * @throws {TypeError} when an option is not what it should be
   */
  campaign(name: string, options: CampaignOptions = {}): AsyncGenerator<Term, void, undefined> {
    return campaign(this.#context, (wish) => this.acquire(name, wish), options);
  }

  /**
   * Tells who leads: the state of now first, then every change; undefined: nobody does. A loop that is slow gets the
   * latest state, not every one between. It goes on over lost connections for ever, and never tells of an older term
   * after a newer one.
   *
   * @throws {DistributexError} when the server refuses for good, or the client is closed (reason CLOSED)
   */
  observe(
    name: string,
    options: ObserveOptions = {},
  ): AsyncGenerator<LeaderInfo | undefined, void, undefined> {
    return observe(this.#context, name, options);
  }

  /**
   * Gives back all that is held, and ends the connection. What waits, and every loop, rejects with a DistributexError
   * of reason CLOSED; the leases' state is `released`. Never rejects, and takes at most the client's `connectTimeout`.
   */
  close(): Promise<void> {
    return (this.#closing ??= this.#closeAll());
  }

  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(name: string, options: AcquireOptions, orNull: boolean): Promise<HeldLease | null> {
    try {
      const wish = wishOf(name, options, orNull);
      const session = options.ttl === undefined ? this.#session : this.#sessionFor(options.ttl);
      return session.acquire(wish);
    } catch (thrown) {
      return Promise.reject(thrown instanceof Error ? thrown : DistributexError.from(thrown));
    }
  }

  #sessionFor(ttl: Duration): Session {
    return this.#sessionOf(readDuration(ttl, "ttl"));
  }

  #sessionOf(ttlMs: number): Session {
    const known = this.#sessions.get(ttlMs);
    if (known !== undefined) return known;
    if (this.#closing !== undefined) throw closed();
    const settings = { ...this.#settings, ttlMs };
    const session = new Session(settings, this.#uplink, this.#requestIds, this.#surroundings);
    this.#sessions.set(ttlMs, session);
    return session;
  }

  async #closeAll(): Promise<void> {
    this.#closed.abort(closed());
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    this.#uplink.close();
  }
}
