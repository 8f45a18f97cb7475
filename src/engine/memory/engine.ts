import { LockError } from "../../contract/errors.js";
import { LIMITS, type ServerLimits } from "../../contract/limits.js";
import { lapse, setPolicy, withdraw } from "../../core/end.js";
import type { Lease, Lock } from "../../core/lock.js";
import { resolveTtl, type Policy } from "../../core/policy.js";
import { renew } from "../../core/renew.js";
import { leaderOf, leaderView, viewHolder, viewLeader, viewLock } from "../../core/view.js";
import type { HolderView, LeaderView, LockView } from "../../core/view.js";
import type {
  Caller,
  EngineGuarantees,
  EngineStats,
  GrantedLease,
  LeaderObserver,
  LeaseTimes,
} from "../engine.js";
import type {
  LockEngine,
  LockPage,
  LockWatcher,
  Order,
  Pending,
  SessionHandle,
  Unsubscribe,
} from "../engine.js";
import { Pools } from "../pools.js";
import type { Session } from "../sessions.js";
import type { Time } from "../time.js";
import { Acquiring, shuttingDown } from "./acquiring.js";
import { memoryGuarantees } from "./guarantees.js";
import { Ledger, sessionOf } from "./ledger.js";
import { listLocks } from "./listing.js";
import { LockSource } from "./lock-source.js";
import type { RandomBytes } from "./registry.js";
import { SessionKeeper } from "./session-keeper.js";
import { Turns } from "./turns.js";

export interface MemoryEngineOptions {
  readonly pools: readonly Policy[];
  readonly limits: ServerLimits;
  /** Nothing is granted for so long after the start. */
  readonly startDelayMs: number;
  readonly time: Time;
  /** Told of faults of ours that nobody else could be told of. */
  readonly onFault: (error: unknown) => void;
  readonly random?: RandomBytes;
}

/** Locks put under new pools in one turn of the event loop. */
const LOCKS_A_TURN = 1_000;

/** Locks in this process's memory: nothing else is needed, and a restart forgets them. */
export class MemoryEngine implements LockEngine {
  readonly name = "memory";
  private readonly time: Time;
  private readonly startDelayMs: number;
  private readonly ledger: Ledger;
  private readonly source: LockSource;
  private readonly sessions: SessionKeeper;
  private readonly turns: Turns;
  private readonly acquiring: Acquiring;

  constructor({ pools, limits, startDelayMs, time, onFault, random }: MemoryEngineOptions) {
    this.time = time;
    this.startDelayMs = startDelayMs;
    const ledger = new Ledger(time, onFault, random);
    this.ledger = ledger;
    this.source = new LockSource(ledger.locks, pools, limits.locks, time.now() + startDelayMs);
    this.sessions = new SessionKeeper(ledger, limits, time);
    const hasRoom = (): boolean => ledger.stats.waiters < limits.waiters;
    this.turns = new Turns(time, ledger, hasRoom, (session) => {
      this.sessions.lapse(session);
    });
    this.sessions.turns = this.turns;
    this.acquiring = new Acquiring(ledger, this.turns, this.source, this.sessions, onFault);
  }

  acquire(order: Order, caller: Caller): Pending {
    return this.acquiring.acquire(order, caller);
  }

  release(leaseId: string): boolean {
    return this.turns.run(() => {
      const lease = this.liveLease(leaseId);
      if (lease !== undefined) this.turns.endLease(lease, "released");
      return lease !== undefined;
    });
  }

  renew(leaseId: string, ttlMs: number | undefined): GrantedLease {
    return this.turns.run((now) => {
      const lease = this.heldLease(leaseId);
      renew(lease, ttlMs, now);
      this.ledger.deadlines.place(lease);
      this.ledger.stats.renewed++;
      return lease;
    });
  }

  timesOf(lease: GrantedLease): LeaseTimes {
    const session = lease.bond.session as Session | undefined;
    const now = this.time.now();
    const ofSession = session === undefined ? Infinity : session.remainingMs(now);
    return {
      heldForMs: now - lease.acquiredAt,
      remainingMs: Math.min(ofSession, lease.dueAt - now),
      remainingHoldMs: lease.holdUntil - now,
    };
  }

  inspect(target: { readonly name: string } | { readonly leaseId: string }): LockView {
    return this.turns.run((now) => {
      const lock =
        "name" in target ? this.source.toSee(target.name, now) : this.heldLease(target.leaseId).lock;
      return viewLock(lock, now, LIMITS.shownHolders, LIMITS.shownWaiters);
    });
  }

  leaderOf(name: string): LeaderView | undefined {
    return this.turns.run((now) => viewLeader(this.source.electionToSee(name, now), now));
  }

  proclaim(leaseId: string, value: string): LeaderView {
    return this.turns.run((now) => {
      const lease = this.leadingLease(leaseId);
      lease.value = value;
      this.ledger.leaderMayHaveChanged(lease.lock);
      return leaderView(lease, now);
    });
  }

  resign(leaseId: string): void {
    this.turns.run(() => {
      this.turns.endLease(this.leadingLease(leaseId), "released");
    });
  }

  observe(name: string, observer: LeaderObserver): Unsubscribe {
    const leader = this.leaderOf(name);
    const unsubscribe = this.ledger.audience.observe(name, leader, observer);
    observer(leader);
    return unsubscribe;
  }

  ttlFor(name: string, ttlMs: number | undefined): number {
    return resolveTtl(this.source.policyOf(name), ttlMs);
  }

  openSession(ttlMs: number, graceMs: number, ended?: () => void): SessionHandle {
    if (this.turns.draining) throw shuttingDown();
    return this.sessions.open(ttlMs, graceMs, ended);
  }

  list(prefix: string, pageSize: number, pageToken: string): Promise<LockPage> {
    return listLocks(this.ledger.locks, this.time, prefix, pageSize, pageToken);
  }

  watch(prefix: string, watcher: LockWatcher): Unsubscribe {
    return this.ledger.audience.watch(prefix, watcher);
  }

  forceRelease(name: string, token: bigint, reason: string): HolderView {
    return this.turns.run((now) => {
      const lock = this.source.toSee(name, now);
      for (const lease of lock.holders) {
        if (lease.token !== token || this.turns.isOver(lease)) continue;
        const holder = viewHolder(lease, now);
        this.turns.endLease(lease, "broken", reason);
        return holder;
      }
      throw new LockError(
        "STALE_FENCING_TOKEN",
        "no live lease of this lock has this token",
        "fencing_token",
      );
    });
  }

  stats(): EngineStats {
    return this.turns.run(() => ({
      ...this.ledger.stats,
      locks: this.ledger.locks.size,
      sessions: this.sessions.count,
      observers: this.ledger.audience.size,
    }));
  }

  guarantees(): EngineGuarantees {
    return memoryGuarantees(this.pools(), this.startDelayMs);
  }

  startDelayRemainingMs(): number {
    return Math.max(0, this.source.grantsFrom - this.time.now());
  }

  pools(): readonly Policy[] {
    return this.source.pools.all;
  }

  setPools(pools: readonly Policy[]): void {
    const table = new Pools(pools);
    this.source.pools = table;
    const { locks } = this.ledger;
    const turn = (from: number): void => {
      // A newer reload goes over all the locks itself.
      if (this.source.pools !== table) return;
      const until = Math.min(from + LOCKS_A_TURN, locks.slotCount);
      this.turns.run(() => {
        for (let slot = from; slot < until; slot++) this.putUnderPool(locks.at(slot));
      });
      if (until < locks.slotCount)
        this.time.soon(() => {
          turn(until);
        });
    };
    turn(0);
  }

  drain(): void {
    this.turns.run(() => {
      this.turns.draining = true;
      for (const lock of this.ledger.locks) this.drainLock(lock);
    });
  }

  close(): Promise<void> {
    this.time.stop();
    return Promise.resolve();
  }

  private drainLock(lock: Lock): void {
    for (let head = lock.queue.first; head !== undefined; head = lock.queue.first) {
      this.ledger.note(lock, withdraw(head, shuttingDown(), this.turns.granting));
    }
    for (const lease of lock.holders) {
      if (sessionOf(lease) !== undefined) this.turns.endLease(lease, "shutting-down");
    }
  }

  private putUnderPool(lock: Lock | undefined): void {
    if (lock === undefined) return;
    this.ledger.note(lock, setPolicy(lock, this.source.pools.find(lock.name), this.turns.granting));
  }

  private liveLease(leaseId: string): Lease | undefined {
    const entry = this.ledger.registry.get(leaseId);
    if (entry?.kind !== "lease") return undefined;
    if (!this.turns.isOver(entry)) return entry;
    this.turns.endLease(entry, lapse(entry));
    return undefined;
  }

  private heldLease(leaseId: string): Lease {
    const lease = this.liveLease(leaseId);
    if (lease !== undefined) return lease;
    throw new LockError(
      "LEASE_NOT_HELD",
      "this lease is not held: it was released, has expired or was broken",
    );
  }

  private leadingLease(leaseId: string): Lease {
    const lease = this.heldLease(leaseId);
    if (leaderOf(lease.lock) === lease) return lease;
    throw new LockError(
      "INVALID_ARGUMENT",
      "this lease leads no election: it is shared, or one of several",
      "lease_id",
    );
  }
}
