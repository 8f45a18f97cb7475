import { LockError } from "../../contract/errors.js";
import { lapse, withdraw } from "../../core/end.js";
import { Bond, type Lease, type Lock, type Mode, type Owner } from "../../core/lock.js";
import type { Request, Ticket } from "../../core/lock.js";
import { resolveTtl, type Policy } from "../../core/policy.js";
import { request, type Answer } from "../../core/request.js";
import { viewLock } from "../../core/view.js";
import type { Caller, Order, Pending, SessionHandle } from "../engine.js";
import type { Session } from "../sessions.js";
import { callerOf, NOBODY, sessionOf, type Ledger } from "./ledger.js";
import { placeOf } from "./positions.js";
import type { LockSource } from "./lock-source.js";
import type { SessionKeeper } from "./session-keeper.js";
import type { Turns } from "./turns.js";

const NOTHING_PENDING: Pending = { cancel: () => undefined };

/** The way of an acquire through the memory engine. */
export class Acquiring {
  constructor(
    private readonly ledger: Ledger,
    private readonly turns: Turns,
    private readonly source: LockSource,
    private readonly sessions: SessionKeeper,
    private readonly onFault: (error: unknown) => void,
  ) {}

  acquire(order: Order, caller: Caller): Pending {
    const now = this.turns.begin();
    try {
      return this.ask(order, caller, now);
    } catch (error) {
      this.fail(error, caller);
      return NOTHING_PENDING;
    } finally {
      this.turns.finish();
    }
  }

  private ask(order: Order, caller: Caller, now: number): Pending {
    const { granting, draining } = this.turns;
    if (draining) throw shuttingDown();
    const session = order.session as Session | undefined;
    if (session !== undefined) this.sessions.mustLive(session);
    const lock = this.source.toUse(order.name, now);
    if (session !== undefined) this.sessions.mayAsk(session, lock, order.requestId);
    const asked = new OrderedRequest(order, lock.policy);
    const bond = new Bond(caller, session);
    let answer = request(lock, asked, order.patienceMs, bond, granting);
    if (this.endOver(answer)) answer = request(lock, asked, order.patienceMs, bond, granting);
    return this.answer(lock, answer, order, caller);
  }

  /** Whether what the request was for already is over, only nobody had ended it yet. */
  private endOver(answer: Answer): boolean {
    if (answer.kind === "contended" || answer.before === undefined) return false;
    const entry = answer.kind === "granted" ? answer.lease : answer.ticket;
    const { bond } = entry;
    entry.bond = answer.before;
    if (entry.kind === "lease" && this.turns.isOver(entry)) {
      this.turns.endLease(entry, lapse(entry));
      return true;
    }
    if (entry.kind === "ticket" && this.turns.isAbandoned(sessionOf(entry))) {
      this.ledger.note(entry.lock, withdraw(entry, "cancelled", this.turns.granting));
      return true;
    }
    entry.bond = bond;
    return false;
  }

  private answer(lock: Lock, answer: Answer, order: Order, caller: Caller): Pending {
    const { ledger } = this;
    switch (answer.kind) {
      case "contended":
        this.tellContended(lock, caller);
        return NOTHING_PENDING;
      case "granted":
        if (answer.before === undefined) {
          ledger.keep(lock);
          ledger.note(lock, [{ kind: "granted", lease: answer.lease, ticket: undefined }]);
        } else {
          this.takeOver(answer.lease, answer.before);
        }
        return this.granted(answer.lease, caller);
      case "queued":
        return this.queued(answer.ticket, answer.before, order, caller);
    }
  }

  /** Normally the caller is told before `acquire` returns; not so one who asks while others are being told. */
  private granted(lease: Lease, caller: Caller): Pending {
    if (this.ledger.outbox.isPrompt) return NOTHING_PENDING;
    return {
      cancel: () => {
        this.turns.run(() => {
          this.undo(lease, caller);
        });
      },
    };
  }

  private queued(ticket: Ticket, before: Bond | undefined, order: Order, caller: Caller): Pending {
    const { ledger, turns } = this;
    if (before === undefined) {
      ledger.keep(ticket.lock);
      ledger.noteQueued(ticket);
    } else {
      this.takeOver(ticket, before);
      ticket.position = placeOf(ticket);
      if (order.patienceMs <= 0) {
        // The newer call would not wait, and the ticket is its own now.
        ledger.note(ticket.lock, withdraw(ticket, "cancelled", turns.granting));
        this.tellContended(ticket.lock, caller);
        return NOTHING_PENDING;
      }
      ledger.deadlines.place(ticket);
    }
    ledger.tellPlace(ticket);
    return {
      cancel: () => {
        this.cancel(ticket, caller);
      },
    };
  }

  private cancel(ticket: Ticket, caller: Caller): void {
    this.turns.run(() => {
      if (ticket.bond.caller !== caller) return;
      ticket.bond = new Bond(NOBODY, ticket.bond.session);
      const entry = this.ledger.registry.get(ticket.id);
      if (entry === ticket) {
        this.ledger.note(ticket.lock, withdraw(ticket, "cancelled", this.turns.granting));
      } else if (entry?.kind === "lease") this.undo(entry, caller);
    });
  }

  /** Ends a lease of which its caller has not been told: to him it was never granted. */
  private undo(lease: Lease, caller: Caller): void {
    if (lease.bond.caller !== caller || lease.told) return;
    lease.bond = new Bond(NOBODY, sessionOf(lease));
    if (this.ledger.registry.get(lease.id) === lease) this.turns.endLease(lease, "released");
  }

  private tellContended(lock: Lock, caller: Caller): void {
    this.ledger.stats.contended++;
    const view = viewLock(lock, this.turns.granting.now, 1, 0);
    this.ledger.outbox.push(() => {
      caller.notAcquired("contended", view);
    });
  }

  private takeOver(entry: Ticket | Lease, before: Bond): void {
    const from = before.session as Session | undefined;
    this.sessions.move(entry, from);
    const older = before.caller as Caller;
    const newer = callerOf(entry);
    // A grant that is still to be told is told to the newer call.
    const untold = entry.kind === "ticket" || !entry.told;
    // To a session that repeats its own request the lease is not lost.
    const moved = from !== undefined && from !== sessionOf(entry);
    if (older !== newer) {
      this.ledger.outbox.push(() => {
        if (untold) older.failed(superseded());
        else if (moved) older.lost?.(entry, "session-lost");
      });
    }
    if (untold) return;
    this.ledger.outbox.push(() => {
      this.ledger.tellGranted(entry, newer, true);
    });
  }

  private fail(error: unknown, caller: Caller): void {
    this.ledger.stats.refused++;
    if (!(error instanceof LockError)) this.onFault(error);
    const failure = LockError.from(error);
    this.ledger.outbox.push(() => {
      caller.failed(failure);
    });
  }
}

/** An order as core sees it; a class for the same reason as in core/lock.ts. */
class OrderedRequest implements Request {
  readonly mode: Mode;
  readonly weight: number;
  readonly ttlMs: number;
  readonly askedTtlMs: number | undefined;
  readonly owner: Owner;
  readonly requestId: string | undefined;
  readonly value: string;
  readonly election: boolean;
  readonly hold: boolean;
  readonly principal: string;

  constructor(order: Order, policy: Policy) {
    this.mode = order.mode;
    this.weight = order.weight;
    this.ttlMs =
      order.session === undefined ? resolveTtl(policy, order.ttlMs) : ttlWithin(policy, order.session);
    this.askedTtlMs = order.ttlMs;
    this.owner = order.owner;
    this.requestId = order.requestId;
    this.value = order.value;
    this.election = order.election;
    this.hold = order.session !== undefined;
    this.principal = order.principal;
  }
}

/** A session's ttl is its own; no lock is held with a longer one than its pool allows. */
function ttlWithin(policy: Policy, { ttlMs }: SessionHandle): number {
  return ttlMs <= policy.maxTtlMs ? ttlMs : resolveTtl(policy, ttlMs === Infinity ? 0 : ttlMs);
}

export function shuttingDown(): LockError {
  return new LockError("SHUTTING_DOWN", "the server is shutting down");
}

function superseded(): LockError {
  return new LockError(
    "SUPERSEDED",
    "a newer call with the same request_id has taken this one's place",
    "request_id",
  );
}
