import { end, endOfDelay, lapse, withdraw } from "../../core/end.js";
import { grantMore } from "../../core/grant.js";
import type { Ending, Granting, Lease, Lock } from "../../core/lock.js";
import type { Time } from "../time.js";
import { Chores } from "../chores.js";
import type { Session } from "../sessions.js";
import { sessionOf, type Dated, type Ledger } from "./ledger.js";

/** Deadlines handled in one turn of the event loop, and before an operation. */
const DUE_A_TURN = 1_000;
const DUE_BEFORE_OPERATION = 16;
/** What may happen before it stops in either case: very much may follow from one deadline. */
const HAPPENINGS = 1_000;

/**
 * The frame of every operation: it happens at one instant, after what is over by then; what follows from it is
 * told when it is done; and one alarm is set for what is due next.
 */
export class Turns {
  /** No more grants. */
  draining = false;
  readonly granting: Granting & { now: number };
  /** Long work, done in turns of its own. */
  readonly chores: Chores;
  private alarmAt = Infinity;

  constructor(
    private readonly time: Time,
    private readonly ledger: Ledger,
    roomToWait: () => boolean,
    private readonly endSession: (session: Session) => void,
  ) {
    this.granting = {
      now: time.now(),
      tokenFloor: () => {
        const micros = time.micros();
        return micros > ledger.tokenFloor ? micros : ledger.tokenFloor;
      },
      newId: () => ledger.registry.newId(),
      mine: () => !this.draining,
      abandoned: (ticket) => this.isAbandoned(sessionOf(ticket)),
      roomToWait,
    };
    this.chores = new Chores((work) => {
      time.soon(() => {
        this.run(work);
      });
    });
    ledger.onUnfinished = (lock) => {
      this.chores.addLater(this.finishRun(lock));
    };
  }

  /** Runs one operation. */
  run<T>(operation: (now: number) => T): T {
    const now = this.begin();
    try {
      return operation(now);
    } finally {
      this.finish();
    }
  }

  begin(): number {
    const now = this.time.now();
    this.granting.now = now;
    if (this.ledger.deadlines.nextAt <= now && this.time.settled) this.endDue(DUE_BEFORE_OPERATION);
    return now;
  }

  finish(): void {
    this.ledger.outbox.flush();
    this.alarmBy(this.ledger.deadlines.nextAt);
  }

  /** Something is due at that moment. An alarm that rings too early is cheaper than one set anew at every operation. */
  alarmBy(at: number): void {
    if (at >= this.alarmAt) return;
    this.alarmAt = at;
    this.time.alarm(at, this.onAlarm);
  }

  /** How many things followed from it. */
  endLease(lease: Lease, how: Ending, reason?: string): number {
    return this.ledger.note(lease.lock, end(lease, how, this.granting), reason);
  }

  /** Whether its time is up, though it may not have been ended yet; after a stall the sockets are read first. */
  isOver(lease: Lease): boolean {
    const session = sessionOf(lease);
    if (session !== undefined && this.hasEnded(session)) return true;
    return lease.dueAt <= this.granting.now && this.time.settled;
  }

  /** Whether its time is up, though not all that it holds may have been given back yet. */
  hasEnded(session: Session): boolean {
    return session.ended || (session.dueAt <= this.granting.now && this.time.settled);
  }

  /** Its tickets must not be granted any more. */
  isAbandoned(session: Session | undefined): boolean {
    return session !== undefined && (session.silent || this.hasEnded(session));
  }

  /** The lock may have fallen idle meanwhile, and another one may have its name. */
  private *finishRun(lock: Lock): Generator<number> {
    if (lock.slot !== -1) yield this.ledger.note(lock, grantMore(lock, this.granting));
  }

  private readonly onAlarm = (): void => {
    this.alarmAt = Infinity;
    this.granting.now = this.time.now();
    this.endDue(DUE_A_TURN);
    this.finish();
  };

  private endDue(most: number): void {
    const until = this.ledger.happened + HAPPENINGS;
    for (let i = 0; i < most && this.ledger.happened < until; i++) {
      const dated = this.ledger.deadlines.takeDue(this.granting.now);
      if (dated === undefined) return;
      this.endDated(dated);
    }
  }

  private endDated(dated: Dated): void {
    const { ledger, granting } = this;
    switch (dated.kind) {
      case "lease":
        this.endLease(dated, lapse(dated));
        break;
      case "ticket":
        ledger.note(dated.lock, withdraw(dated, "timed-out", granting));
        break;
      case "delay":
        ledger.note(dated.lock, endOfDelay(dated, granting));
        break;
      case "session":
        this.endSession(dated);
        break;
      case "positions":
        dated.pass(granting.now);
        ledger.deadlines.place(dated);
        break;
    }
  }
}
