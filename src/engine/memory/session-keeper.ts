import { LockError } from "../../contract/errors.js";
import type { ServerLimits } from "../../contract/limits.js";
import { withdraw } from "../../core/end.js";
import { Bond, type Ending, type Lease, type Lock, type Ticket } from "../../core/lock.js";
import { findByRequestId } from "../../core/request-ids.js";
import type { Caller, GrantedLease, SessionHandle } from "../engine.js";
import { Session, type SessionKeeping } from "../sessions.js";
import type { Time } from "../time.js";
import { callerOf, sessionOf, type Ledger } from "./ledger.js";
import type { Turns } from "./turns.js";

/** Opens sessions and ends them with all that lives in them. */
export class SessionKeeper implements SessionKeeping {
  count = 0;
  /** Set by the engine, which ties the two together. */
  turns!: Turns;

  constructor(
    private readonly ledger: Ledger,
    private readonly limits: ServerLimits,
    private readonly time: Time,
  ) {}

  open(ttlMs: number, graceMs: number, ended: (() => void) | undefined): SessionHandle {
    if (this.count >= this.limits.sessions) {
      throw new LockError("TOO_MANY_SESSIONS", `the server has ${this.count} sessions, its limit`);
    }
    this.count++;
    return new Session(this.ledger.registry.newSessionId(), ttlMs, graceMs, this, ended);
  }

  /** Refuses a session that has ended: it takes on nothing. */
  mustLive(session: Session): void {
    if (this.turns.hasEnded(session)) throw new LockError("SESSION_LOST", "this session has ended");
  }

  /** Refuses one more than a session may have; what it has already by this request id is not one more. */
  mayAsk(session: Session, lock: Lock, requestId: string | undefined): void {
    if (this.hasRoom(session, 1)) return;
    const repeated = requestId === undefined ? undefined : findByRequestId(lock, requestId);
    if (repeated === undefined || sessionOf(repeated) !== session) throw full(session);
  }

  heard(session: Session, seq: number): void {
    const now = this.time.now();
    if (session.ended || !session.hasStream) return;
    // A message that comes too late revives nothing, though nobody may have ended the session yet.
    if (session.dueAt <= now && this.time.settled) return;
    session.kept = seq;
    session.dueAt = now + session.ttlMs;
    this.ledger.deadlines.place(session);
    this.turns.alarmBy(session.dueAt);
  }

  resume(session: Session, leaseIds: readonly string[], caller: Caller): readonly GrantedLease[] {
    const bond = new Bond(caller, session);
    return this.turns.run(() => {
      this.mustLive(session);
      const leases = this.resumable(leaseIds);
      const more = leases.filter((lease) => sessionOf(lease) !== session).length;
      if (!this.hasRoom(session, more)) throw full(session);
      for (const lease of leases) this.takeOver(lease, bond);
      return leases;
    });
  }

  /** A ticket or lease has been taken over by a newer call, and lives in that call's session from now on. */
  move(entry: Ticket | Lease, from: Session | undefined): void {
    const to = sessionOf(entry);
    if (entry.kind === "lease") {
      from?.leases.remove(entry);
      to?.leases.add(entry);
    } else {
      from?.tickets.remove(entry);
      to?.tickets.add(entry);
    }
    if (from !== undefined && from !== to && !from.hasStream && from.isEmpty) this.end(from, "session-lost");
  }

  /** Its client was not heard in time, or its grace is over. */
  lapse(session: Session): void {
    if (session.hasStream) this.ledger.outbox.push(() => session.onEnded?.());
    this.end(session, "session-lost");
  }

  close(session: Session, freed: () => void): void {
    this.turns.run(() => {
      session.onFreed = freed;
      if (session.ended) this.tellFreed(session);
      else this.end(session, "released");
    });
  }

  streamLost(session: Session, how: "gone" | "silent"): void {
    this.turns.run((now) => {
      if (session.ended) return;
      session.hasStream = false;
      session.dueAt = session.outlives(how, now);
      // Nobody is there to use a grant to a connection that fell silent.
      if (how === "silent") session.silent = true;
      // Thousands may be lost in one turn of the event loop; what is over is over from now on all the same.
      this.turns.chores.add(this.afterLoss(session));
    });
  }

  private *afterLoss(session: Session): Generator<number> {
    if (session.silent) yield* this.withdrawAll(session);
    if (session.ended) return;
    if (session.dueAt <= this.turns.granting.now || session.isEmpty) this.end(session, "session-lost");
    else this.ledger.deadlines.place(session);
  }

  private end(session: Session, ending: Ending): void {
    if (session.ended) return;
    session.ended = true;
    session.ending = ending;
    // Over at once, though it may take some turns until everything is given back.
    session.dueAt = Math.min(session.dueAt, this.turns.granting.now);
    this.count--;
    this.ledger.deadlines.remove(session);
    if (session.isEmpty) this.tellFreed(session);
    else this.turns.chores.add(this.giveBackAll(session));
  }

  private *giveBackAll(session: Session): Generator<number> {
    yield* this.withdrawAll(session);
    const { leases } = session;
    for (let lease = leases.any; lease !== undefined; lease = leases.any) {
      yield this.turns.endLease(lease, session.ending);
    }
    this.tellFreed(session);
  }

  private *withdrawAll(session: Session): Generator<number> {
    const { tickets } = session;
    for (let ticket = tickets.any; ticket !== undefined; ticket = tickets.any) {
      yield this.ledger.note(ticket.lock, withdraw(ticket, "cancelled", this.turns.granting));
    }
  }

  private tellFreed({ onFreed, isEmpty }: Session): void {
    if (onFreed !== undefined && isEmpty) this.ledger.outbox.push(onFreed);
  }

  private hasRoom({ leases, tickets }: Session, more: number): boolean {
    return leases.size + tickets.size + more <= this.limits.leases_per_session;
  }

  /** Those of these that are live leases of a session, each once. */
  private resumable(leaseIds: readonly string[]): Lease[] {
    const leases = new Set<Lease>();
    for (const id of leaseIds) {
      const entry = this.ledger.registry.get(id);
      if (entry?.kind !== "lease" || sessionOf(entry) === undefined || this.turns.isOver(entry)) continue;
      leases.add(entry);
    }
    return [...leases];
  }

  private takeOver(lease: Lease, bond: Bond): void {
    const older = callerOf(lease);
    const from = sessionOf(lease);
    lease.bond = bond;
    // Who is resumed knows of the lease: a grant that is still to be told would tell the newer caller.
    this.move(lease, from);
    if (from === bond.session || !lease.told) return;
    this.ledger.outbox.push(() => older.lost?.(lease, "session-lost"));
  }
}

function full({ leases, tickets }: Session): LockError {
  const message = `this session holds ${leases.size} leases and waits for ${tickets.size}, together its limit`;
  return new LockError("TOO_MANY_LOCKS", message);
}
