import type { Delay, Ending, Happening, Lease, Lock, Ticket } from "../../core/lock.js";
import { Bond, isIdle } from "../../core/lock.js";
import { viewLeader, viewLock } from "../../core/view.js";
import { Audience } from "../audience.js";
import { Deadlines } from "../deadlines.js";
import type { Caller, EngineStats, LockEvent } from "../engine.js";
import { Outbox } from "../outbox.js";
import type { Session } from "../sessions.js";
import type { Time } from "../time.js";
import { LockTable } from "./lock-table.js";
import { Positions } from "./positions.js";
import { Registry, type RandomBytes } from "./registry.js";

/** Everything with a deadline in the memory engine. */
export type Dated = Ticket | Lease | Delay | Session | Positions;

/** Who is told what nobody wants to hear any more. */
export const NOBODY: Caller = {
  granted: () => undefined,
  notAcquired: () => undefined,
  failed: () => undefined,
};

const TOLD = new Bond(NOBODY, undefined);

/** What the memory engine keeps, and what each happening changes in it. */
export class Ledger {
  readonly locks = new LockTable();
  readonly registry: Registry;
  readonly deadlines = new Deadlines<Dated>();
  readonly audience: Audience;
  readonly stats = newStats();
  readonly positions: Positions;
  readonly outbox: Outbox<Happening | (() => void)>;
  /** Goes on with a run of grants in a later turn of the event loop; set by whoever has the turns. */
  onUnfinished!: (lock: Lock) => void;
  /** Tokens start here or higher: above those of locks that are not kept any more. */
  tokenFloor = 0n;
  /** How many happenings there were. */
  happened = 0;

  constructor(
    private readonly time: Time,
    private readonly onFault: (error: unknown) => void,
    random?: RandomBytes,
  ) {
    this.registry = new Registry(random);
    this.audience = new Audience(onFault);
    this.outbox = new Outbox(
      (notice) => {
        if (typeof notice === "function") notice();
        else this.tell(notice);
      },
      onFault,
      time,
    );
    this.positions = new Positions(
      (tickets, from) => {
        this.outbox.push(() => {
          this.tellPlaces(tickets, from);
        });
      },
      (run) => {
        time.soon(() => {
          run();
          this.outbox.flush();
        });
      },
    );
  }

  /** Takes note of what a transition did to the lock, and says how much. The caller flushes the outbox when it is done. */
  note(lock: Lock, happenings: readonly Happening[], reason = ""): number {
    this.happened += happenings.length;
    for (const happening of happenings) this.noteOne(happening, reason);
    this.leaderMayHaveChanged(lock);
    this.dropIfIdle(lock);
    return happenings.length;
  }

  /** From its first grant or waiter on a lock is kept. */
  keep(lock: Lock): void {
    if (lock.slot !== -1) return;
    this.locks.add(lock);
    for (const delay of lock.delays ?? []) this.deadlines.place(delay);
  }

  waits(ticket: Ticket): boolean {
    return this.registry.get(ticket.id) === ticket;
  }

  /** Tells a waiter its place when it has just joined, or has come back. */
  tellPlace(ticket: Ticket): void {
    this.outbox.push(() => {
      if (this.waits(ticket)) callerOf(ticket).queued?.(ticket.position, ticket.lock.queue.size);
    });
  }

  /** Tells a grant, after which a lease without a session has no more to tell and keeps no call from being freed. */
  tellGranted(lease: Lease, caller: Caller, again: boolean): void {
    lease.told = true;
    if (sessionOf(lease) === undefined && callerOf(lease) === caller) lease.bond = TOLD;
    caller.granted(lease, again);
  }

  noteQueued(ticket: Ticket): void {
    this.registry.put(ticket);
    this.deadlines.place(ticket);
    this.stats.waiters++;
    sessionOf(ticket)?.tickets.add(ticket);
    this.watched("queued", ticket, "");
  }

  leaderMayHaveChanged(lock: Lock): void {
    if (!this.audience.isObserved) return;
    const observers = this.audience.observersOf(lock.name);
    if (observers === undefined) return;
    this.outbox.push(() => {
      observers.tell(viewLeader(lock, this.time.now()));
    });
  }

  /** An idle lock is not kept; the floor makes sure that its tokens still rise. */
  dropIfIdle(lock: Lock): void {
    if (lock.slot === -1 || !isIdle(lock)) return;
    if (lock.lastToken >= this.tokenFloor && lock.lastToken >= this.time.micros()) {
      this.tokenFloor = lock.lastToken + 1n;
    }
    this.locks.remove(lock);
  }

  private noteOne(happening: Happening, reason: string): void {
    switch (happening.kind) {
      case "granted":
        if (happening.ticket !== undefined) this.noteDequeued(happening.ticket);
        this.noteGranted(happening.lease);
        break;
      case "ended":
        this.noteEnded(happening.lease, happening.how, happening.delay, reason);
        break;
      case "left":
        this.noteDequeued(happening.ticket);
        this.registry.drop(happening.ticket);
        if (happening.why === "timed-out") this.stats.timedOut++;
        else if (happening.why === "cancelled") this.stats.cancelled++;
        else this.stats.refused++;
        this.watched("left", happening.ticket, "");
        break;
      case "unfinished":
        this.onUnfinished(happening.lock);
        return;
      case "next":
        return;
    }
    this.outbox.push(happening);
  }

  private noteGranted(lease: Lease): void {
    this.registry.put(lease);
    this.deadlines.place(lease);
    sessionOf(lease)?.leases.add(lease);
    this.stats.granted++;
    if (lease.request.mode === "shared") this.stats.sharedLeases++;
    else this.stats.exclusiveLeases++;
    this.watched("granted", lease, "");
  }

  private noteEnded(lease: Lease, how: Ending, delay: Delay | undefined, reason: string): void {
    this.registry.drop(lease);
    this.deadlines.remove(lease);
    sessionOf(lease)?.leases.remove(lease);
    if (delay !== undefined) this.deadlines.place(delay);
    if (lease.request.mode === "shared") this.stats.sharedLeases--;
    else this.stats.exclusiveLeases--;
    this.stats[ENDINGS[how].stat]++;
    this.watched(ENDINGS[how].event, lease, reason);
  }

  private noteDequeued(ticket: Ticket): void {
    this.deadlines.remove(ticket);
    this.stats.waiters--;
    sessionOf(ticket)?.tickets.remove(ticket);
    if (this.positions.moved(ticket.lock, this.time.now())) this.deadlines.place(this.positions);
  }

  private watched(type: LockEvent["type"], entry: Ticket | Lease, reason: string): void {
    if (!this.audience.isWatched) return;
    const { lock, request } = entry;
    const token = entry.kind === "lease" ? entry.token : 0n;
    const queueLength = lock.queue.size;
    const event = { type, name: lock.name, token, owner: request.owner, queueLength, reason };
    this.outbox.push(() => {
      this.audience.tellWatchers(event);
    });
  }

  private tell(happening: Happening): void {
    switch (happening.kind) {
      case "granted":
        if (sessionOf(happening.lease)?.closed === true) break;
        this.tellGranted(happening.lease, callerOf(happening.lease), false);
        break;
      case "ended":
        if (sessionOf(happening.lease)?.closed === false) {
          callerOf(happening.lease).lost?.(happening.lease, happening.how);
        }
        break;
      case "left":
        this.tellLeft(happening.ticket, happening.why);
        break;
      case "unfinished":
      case "next":
        break;
    }
  }

  private tellLeft(ticket: Ticket, why: (Happening & { kind: "left" })["why"]): void {
    if (why === "cancelled") return;
    if (why !== "timed-out") callerOf(ticket).failed(why);
    else callerOf(ticket).notAcquired("timed-out", viewLock(ticket.lock, this.time.now(), 1, 0));
  }

  private tellPlaces(tickets: readonly Ticket[], from: number): void {
    tickets.forEach((ticket, i) => {
      const position = from + i + 1;
      // Places only fall: one that rose is older than what was told since.
      if (position >= ticket.position || !this.waits(ticket)) return;
      const caller = callerOf(ticket);
      if (caller.queued === undefined || caller.ready === false) return;
      ticket.position = position;
      try {
        caller.queued(position, ticket.lock.queue.size);
      } catch (error) {
        this.onFault(error);
      }
    });
  }
}

/** The caller of the last call that named the entry. */
export function callerOf(entry: Ticket | Lease): Caller {
  return entry.bond.caller as Caller;
}

/** The session that the entry lives in. */
export function sessionOf(entry: Ticket | Lease): Session | undefined {
  return entry.bond.session as Session | undefined;
}

const ENDINGS = {
  released: { stat: "released", event: "released" },
  expired: { stat: "expired", event: "expired" },
  "max-hold": { stat: "expired", event: "expired" },
  broken: { stat: "broken", event: "broken" },
  "session-lost": { stat: "orphaned", event: "expired" },
  "engine-lost": { stat: "orphaned", event: "expired" },
  "shutting-down": { stat: "orphaned", event: "expired" },
} as const satisfies Record<Ending, { stat: keyof EngineStats; event: LockEvent["type"] }>;

function newStats(): EngineStats {
  return {
    locks: 0,
    exclusiveLeases: 0,
    sharedLeases: 0,
    waiters: 0,
    sessions: 0,
    observers: 0,
    granted: 0,
    contended: 0,
    timedOut: 0,
    cancelled: 0,
    refused: 0,
    released: 0,
    renewed: 0,
    expired: 0,
    orphaned: 0,
    broken: 0,
  };
}
