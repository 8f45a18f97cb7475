import type { LockError } from "../contract/errors.js";
import type { Ending, Lease, Mode, Owner } from "../core/lock.js";
import type { Policy } from "../core/policy.js";
import type { HolderView, LeaderView, LockView } from "../core/view.js";

// What every engine offers. An engine may be a map in this process or a store far away that fails on its own:
// so what it answers may come later, may be an error (UNAVAILABLE when it can't know), and can be called off.

/** An answer that may be there at once; `await` takes both. */
export type Answered<T> = T | Promise<T>;

/** What somebody asks of a lock, checked for form but not yet against the lock's pool. */
export interface Order {
  readonly name: string;
  readonly mode: Mode;
  readonly weight: number;
  /** undefined: the pool's own; 0: never expires. */
  readonly ttlMs: number | undefined;
  /** 0: a try; `Infinity`: as long as it takes. */
  readonly patienceMs: number;
  readonly owner: Owner;
  readonly requestId: string | undefined;
  readonly value: string;
  readonly election: boolean;
  readonly principal: string;
  /** The lease is to live and die with this session; undefined: it lives for its ttl. */
  readonly session: SessionHandle | undefined;
}

/**
 * Who asked. Exactly one of `granted`, `notAcquired` and `failed` is called, once, perhaps before `acquire`
 * returns; nothing after `Pending.cancel`, except `lost` for a lease granted before.
 */
export interface Caller {
  /** `again`: an earlier call with this request id was granted it, and may have been told. */
  granted(lease: GrantedLease, again: boolean): void;
  notAcquired(outcome: "contended" | "timed-out", lock: LockView): void;
  failed(error: LockError): void;
  /** The place in the queue: when it joins, and now and then as it changes. */
  queued?(position: number, queueLength: number): void;
  /** A session's lease ended, other than by its own session's close. */
  lost?(lease: GrantedLease, how: Ending): void;
  /** False: its reader is slow; places are not told meanwhile. Absent: true. */
  readonly ready?: boolean;
}

/** A lease as its holder may see it; the engine goes on changing it. */
export type GrantedLease = Readonly<Omit<Lease, "lock">> & { readonly lock: Readonly<Lease["lock"]> };

/** How long a lease has been held and has left. */
export interface LeaseTimes {
  readonly heldForMs: number;
  /** What its pool's `maxhold` leaves, however it is kept. `Infinity`: there is none. */
  readonly remainingHoldMs: number;
  /** A session's lease has what its session has. `Infinity`: it never expires by itself. */
  readonly remainingMs: number;
}

/** An acquire under way. */
export interface Pending {
  /** Leaves the queue; a grant that is under way is undone. No effect once it was answered. */
  cancel(): void;
}

/**
 * The liveness of one client, in the engine. Its leases and tickets live and die with it. Until its first message is
 * heard it lives as long as its stream; from then on at most `ttl` after the newest message.
 */
export interface SessionHandle {
  readonly id: string;
  readonly ttlMs: number;
  readonly graceMs: number;
  /**
   * The newest message from whose receipt the engine guarantees the session's leases for min(ttl, grace); 0: none
   * yet. Where a store keeps them it may follow `heard` later.
   */
  readonly kept: number;
  /** The client's message of this number has come. */
  heard(seq: number): void;
  /**
   * Takes over those of these leases that still live in a session, whichever; the one they lived in is told of them
   * as lost. The caller is told of their ends from now on. The rest is not among the answer.
   */
  resume(leaseIds: readonly string[], caller: Caller): Answered<readonly GrantedLease[]>;
  /**
   * The client is done: its leases are released and its tickets withdrawn, of which nobody is told. `freed` is called
   * when that is done, perhaps before `close` returns.
   */
  close(freed?: () => void): void;
  /**
   * Its stream is gone. `gone`: the client is, or broke it off; all ends after `grace`. `silent`: the server gave
   * the connection up; the client may live and believe, so all runs to the ttl.
   */
  streamLost(how: "gone" | "silent"): void;
}

/** Told who leads: at once, and at every change. undefined: nobody. */
export type LeaderObserver = (leader: LeaderView | undefined) => void;

/** Something that happened to a lock. */
export interface LockEvent {
  readonly type: "granted" | "released" | "expired" | "broken" | "queued" | "left";
  readonly name: string;
  /** 0n: the event is about a waiter. */
  readonly token: bigint;
  readonly owner: Owner;
  readonly queueLength: number;
  readonly reason: string;
}

export type LockWatcher = (event: LockEvent) => void;

/** Stops what was begun. Calling it again does nothing. */
export type Unsubscribe = () => void;

export interface LockPage {
  readonly locks: readonly LockView[];
  /** undefined: this was the last page. */
  readonly next: string | undefined;
  readonly complete: boolean;
}

/** Counts of now, and since the start. */
export interface EngineStats {
  locks: number;
  exclusiveLeases: number;
  sharedLeases: number;
  waiters: number;
  sessions: number;
  observers: number;
  granted: number;
  contended: number;
  timedOut: number;
  cancelled: number;
  refused: number;
  released: number;
  renewed: number;
  expired: number;
  orphaned: number;
  broken: number;
}

/** See `Guarantees` in the contract. */
export interface EngineGuarantees {
  readonly exclusion: boolean;
  readonly exclusionOverRestart: boolean;
  readonly stateOverRestart: boolean;
  readonly sharedByServers: boolean;
  readonly enumerates: boolean;
  readonly longestTtlMs: number;
  readonly startDelayMs: number;
  readonly notes: readonly string[];
}

/** Calls that name one lock take effect in the order in which they are made. */
export interface LockEngine {
  readonly name: "memory" | "memcached";
  guarantees(): EngineGuarantees;
  /** How long nothing is granted yet after the start; 0: it grants. */
  startDelayRemainingMs(): number;

  /** Never throws: what is wrong with the order is told to the caller. */
  acquire(order: Order, caller: Caller): Pending;
  /** Whether it was held. */
  release(leaseId: string): Answered<boolean>;
  /** The lease after its renewal. */
  renew(leaseId: string, ttlMs: number | undefined): Answered<GrantedLease>;
  /** The times of a lease as of now. */
  timesOf(lease: GrantedLease): LeaseTimes;
  inspect(target: { readonly name: string } | { readonly leaseId: string }): Answered<LockView>;

  leaderOf(name: string): Answered<LeaderView | undefined>;
  proclaim(leaseId: string, value: string): Answered<LeaderView>;
  resign(leaseId: string): Answered<void>;
  /** Tells the leader before it returns where the engine knows at once. */
  observe(name: string, observer: LeaderObserver): Unsubscribe;

  /** The ttl that a lease of this lock would have. */
  ttlFor(name: string, ttlMs: number | undefined): number;
  /** `ended` is called when the session ends while its stream lives: its client was not heard for the ttl. */
  openSession(ttlMs: number, graceMs: number, ended?: () => void): SessionHandle;

  list(prefix: string, pageSize: number, pageToken: string): Promise<LockPage>;
  watch(prefix: string, watcher: LockWatcher): Unsubscribe;
  forceRelease(name: string, token: bigint, reason: string): Answered<HolderView>;
  stats(): EngineStats;
  pools(): readonly Policy[];
  /** Puts other pools in force, for live locks too. */
  setPools(pools: readonly Policy[]): void;

  /** Grants nothing any more: waiters fail and sessions lose their leases with SHUTTING_DOWN. */
  drain(): void;
  /** Stops its timers and lets go of its store. */
  close(): Promise<void>;
}
