import { LockError } from "../../contract/errors.js";
import type { ServerLimits } from "../../contract/limits.js";
import { withdraw } from "../../core/end.js";
import type { Lease, Ticket } from "../../core/lock.js";
import type { SessionHandle } from "../engine.js";
import { Session } from "../sessions.js";
import { sessionOf, type Ledger } from "./ledger.js";
import type { Turns } from "./turns.js";

/** Opens sessions and ends them with all that lives in them. */
export class SessionKeeper {
  count = 0;
  /** Set by the engine, which ties the two together. */
  turns!: Turns;

  constructor(
    private readonly ledger: Ledger,
    private readonly limits: ServerLimits,
  ) {}

  open(ttlMs: number, graceMs: number): SessionHandle {
    if (this.count >= this.limits.sessions) {
      throw new LockError("TOO_MANY_SESSIONS", `the server has ${this.count} sessions, its limit`);
    }
    this.count++;
    return new Session(this.ledger.registry.newSessionId(), ttlMs, graceMs, (session, how) => {
      this.streamLost(session, how);
    });
  }

  /** Refuses what a session must not take on. */
  mayHoldMore(session: Session): void {
    if (session.ended) throw new LockError("SESSION_LOST", "this session has ended");
    if (session.leases.size >= this.limits.leases_per_session) {
      throw new LockError("TOO_MANY_LOCKS", `this session holds ${session.leases.size} leases, its limit`);
    }
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
  }

  end(session: Session): void {
    session.ended = true;
    this.count--;
    this.ledger.deadlines.remove(session);
    this.endTickets(session);
    for (const lease of session.leases) this.turns.endLease(lease, "session-lost");
  }

  private streamLost(session: Session, how: "gone" | "silent"): void {
    this.turns.run((now) => {
      if (session.ended) return;
      session.dueAt = Math.min(session.dueAt, now + session.outlives(how));
      // Nobody is there to use a grant to a connection that fell silent.
      if (how === "silent") {
        session.silent = true;
        this.endTickets(session);
      }
      if (session.dueAt <= now || session.leases.size + session.tickets.size === 0) this.end(session);
      else this.ledger.deadlines.place(session);
    });
  }

  private endTickets(session: Session): void {
    for (const ticket of session.tickets) {
      this.ledger.note(ticket.lock, withdraw(ticket, "cancelled", this.turns.granting));
    }
  }
}
