import type { Due, Ending, Lease, SessionLife, Ticket } from "../core/lock.js";
import { Bag } from "./bag.js";
import type { Answered, Caller, GrantedLease, SessionHandle } from "./engine.js";

/**
 * How long a lease without end outlives a stream that fell silent: such a session has no ttl to run to, and must
 * not hold for ever what nobody may be there to release.
 */
const ENDLESS_SILENCE_MS = 30_000;

/** Who does what a session is told. */
export interface SessionKeeping {
  heard(session: Session, seq: number): void;
  resume(session: Session, leaseIds: readonly string[], caller: Caller): Answered<readonly GrantedLease[]>;
  close(session: Session, freed: () => void): void;
  streamLost(session: Session, how: "gone" | "silent"): void;
}

/** What an engine keeps of one session. `dueAt` is when it ends; `Infinity` while only its stream keeps it. */
export class Session implements SessionHandle, SessionLife, Due {
  readonly kind = "session";
  readonly leases = new Bag<Lease>();
  readonly tickets = new Bag<Ticket>();
  dueAt = Infinity;
  dueIndex = -1;
  kept = 0;
  /** Its stream lives. */
  hasStream = true;
  ended = false;
  ending: Ending = "session-lost";
  /** Told when all that it held is given back after its end. */
  onFreed: (() => void) | undefined;
  /** The server gave its connection up: whoever is behind it can't be told of a grant. */
  silent = false;

  constructor(
    readonly id: string,
    readonly ttlMs: number,
    readonly graceMs: number,
    private readonly keeping: SessionKeeping,
    /** Told when it ends while its stream lives. */
    readonly onEnded: (() => void) | undefined,
  ) {}

  heard(seq: number): void {
    this.keeping.heard(this, seq);
  }

  resume(leaseIds: readonly string[], caller: Caller): Answered<readonly GrantedLease[]> {
    return this.keeping.resume(this, leaseIds, caller);
  }

  close(freed: () => void = () => undefined): void {
    this.keeping.close(this, freed);
  }

  streamLost(how: "gone" | "silent"): void {
    this.keeping.streamLost(this, how);
  }

  /** Its client has closed it: of what ends with it nobody is told. */
  get closed(): boolean {
    return this.ended && this.ending === "released";
  }

  /** Nothing lives in it. */
  get isEmpty(): boolean {
    return this.leases.size + this.tickets.size === 0;
  }

  /** What its leases have left: all of the ttl while only its stream keeps it. */
  remainingMs(now: number): number {
    return this.dueAt === Infinity ? this.ttlMs : this.dueAt - now;
  }

  /** When it ends now that its stream is lost. */
  outlives(how: "gone" | "silent", now: number): number {
    const silenceMs = this.ttlMs === Infinity ? ENDLESS_SILENCE_MS : this.ttlMs;
    // One whose messages were heard has its end already: its ttl after the newest.
    return Math.min(this.dueAt, now + (how === "gone" ? this.graceMs : silenceMs));
  }
}
