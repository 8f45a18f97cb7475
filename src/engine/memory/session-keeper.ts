import { LockError } from "../../contract/errors.js";
import type { ServerLimits } from "../../contract/limits.js";
import { withdraw } from "../../core/end.js";
import { Bond, type Ending, type Lease, type Ticket } from "../../core/lock.js";
import { Chores } from "../chores.js";
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
  private readonly chores: Chores;

  constructor(
    private readonly ledger: Ledger,
    private readonly limits: ServerLimits,
    private readonly time: Time,
  ) {
    this.chores = new Chores((work) => {
      time.soon(() => {
        this.turns.run(work);
      });
    });
  }

  open(ttlMs: number, graceMs: number, ended: (() => void) | undefined): SessionHandle {
    if (this.count >= this.limits.sessions) {
      throw new LockError("TOO_MANY_SESSIONS", `the server has ${this.count} sessions, its limit`);
    }
    this.count++;
    return new Session(this.ledger.registry.newSessionId(), ttlMs, graceMs, this, ended);
  }

  /** Refuses what a session must not take on. */
  mayHoldMore(session: Session): void {
    if (session.ended) throw new LockError("SESSION_LOST", "this session has ended");
    const { leases, tickets } = session;
    if (leases.size + tickets.size >= this.limits.leases_per_session) {
      const message = `this session holds ${leases.size} leases and waits for ${tickets.size}, together its limit`;
      throw new LockError("TOO_MANY_LOCKS", message);
    }
  }

  heard(session: Session): void {
    if (session.ended || !session.hasStream) return;
    session.dueAt = this.time.now() + session.ttlMs;
    this.ledger.deadlines.place(session);
    this.turns.alarmBy(session.dueAt);
  }

  resume(session: Session, leaseIds: readonly string[], caller: Caller): readonly GrantedLease[] {
    const bond = new Bond(caller, session);
    return this.turns.run(() => {
      const resumed: Lease[] = [];
      for (const id of leaseIds) {
        const lease = this.ledger.registry.get(id);
        if (lease?.kind !== "lease") continue;
        const from = sessionOf(lease);
        if (from === undefined || from.ended || this.turns.isOver(lease)) continue;
        if (from !== session) this.mayHoldMore(session);
        this.takeOver(lease, bond, from);
        resumed.push(lease);
      }
      return resumed;
    });
  }

  /** A ticket or lease has been taken over by a newer call, and lives in that call's session from now on. */
  move(entry: Ticket | Lease, from: Session | undefined): void {
    const to = sessionOf(entry);
    if (entry.kind === "lease") {
      from?.leases.delete(entry);
      to?.leases.add(entry);
    } else {
      from?.tickets.delete(entry);
      to?.tickets.add(entry);
    }
    if (from !== undefined && from !== to && !from.hasStream && from.isEmpty) this.end(from, "session-lost");
  }

  /** Its client was not heard in time, or its grace is over. */
  lapse(session: Session): void {
    if (session.hasStream) this.ledger.outbox.push(() => session.onEnded?.());
    this.end(session, "session-lost");
  }

  close(session: Session): void {
    this.turns.run(() => {
      if (!session.ended) this.end(session, "released");
    });
  }

  streamLost(session: Session, how: "gone" | "silent"): void {
    this.turns.run((now) => {
      if (session.ended) return;
      session.hasStream = false;
      session.dueAt = session.outlives(how, now);
      // Nobody is there to use a grant to a connection that fell silent.
      if (how === "silent") {
        session.silent = true;
        this.chores.add(this.withdrawAll(session));
      }
      if (session.dueAt <= now || session.isEmpty) this.end(session, "session-lost");
      else this.ledger.deadlines.place(session);
    });
  }

  private end(session: Session, ending: Ending): void {
    if (session.ended) return;
    session.ended = true;
    session.ending = ending;
    // Over at once, though it may take some turns until everything is given back.
    session.dueAt = Math.min(session.dueAt, this.turns.granting.now);
    this.count--;
    this.ledger.deadlines.remove(session);
    if (!session.isEmpty) this.chores.add(this.giveBackAll(session));
  }

  private *giveBackAll(session: Session): Generator<undefined> {
    yield* this.withdrawAll(session);
    for (const lease of session.leases) {
      this.turns.endLease(lease, session.ending);
      yield;
    }
  }

  private *withdrawAll(session: Session): Generator<undefined> {
    for (const ticket of session.tickets) {
      this.ledger.note(ticket.lock, withdraw(ticket, "cancelled", this.turns.granting));
      yield;
    }
  }

  private takeOver(lease: Lease, bond: Bond, from: Session): void {
    const older = callerOf(lease);
    lease.bond = bond;
    // Who is resumed knows of the lease: a grant that is still to be told would tell the newer caller.
    this.move(lease, from);
    if (from === bond.session || !lease.told) return;
    this.ledger.outbox.push(() => older.lost?.(lease, "session-lost"));
  }
}
