import type { Conversation } from "./conversation.js";
import { LazyAlarm } from "./lazy-alarm.js";
import type { LeaseTable } from "./lease-table.js";
import type { OperationTable } from "./operation-table.js";
import type { Patience } from "./patience.js";
import type { Proof } from "./proof.js";
import type { Surroundings } from "./surroundings.js";

/** After so many milliseconds with nothing held and nothing asked a session closes. */
export const IDLE_MS = 1_000;
/** A new stream, maybe over a new connection, has so long for its first answer at least. */
const OPENING_MS = 1_000;

/** The session that is kept up. */
export interface Upheld {
  /** The stream that there is. */
  readonly conversation: Conversation | undefined;
  /** Something is held or asked for. */
  readonly needed: boolean;
  /** Without an open session while one is needed. */
  readonly searching: boolean;
  /** Since when nothing is held and nothing asked, while that is so. */
  readonly idleSince: number;
  /** The time that was proven is over. */
  expire(): void;
  giveUpUnreachable(now: number): void;
  closeIdle(conversation: Conversation, now: number): void;
  leave(): void;
  /** The stream's numbers are used up. */
  resumeIfWornOut(conversation: Conversation): boolean;
}

/** What a session does as time passes. One timer for all of it, which the hot path doesn't touch. */
export class Upkeep {
  private readonly alarm: LazyAlarm;

  constructor(
    private readonly session: Upheld,
    private readonly surroundings: Surroundings,
    private readonly operations: OperationTable,
    private readonly leases: LeaseTable,
    private readonly proof: Proof,
    private readonly patience: Patience,
  ) {
    this.alarm = new LazyAlarm(surroundings, () => {
      this.tend();
    });
  }

  /** Something will be due then. */
  by(dueAt: number, now: number): void {
    this.alarm.by(dueAt, now);
  }

  off(): void {
    this.alarm.off();
  }

  /** Whether the server is later with an answer than it may be. */
  isOverdue({ sent, opened }: Conversation, now: number): boolean {
    return sent.oldestAt !== undefined && now - sent.oldestAt >= this.answerMs(opened);
  }

  /** Sets the timer for whatever is due first. */
  rearm(now: number): void {
    const { conversation, needed, idleSince, searching } = this.session;
    let dueAt = Math.min(this.proof.endsAt, this.leases.nextOverdueAt);
    if (conversation !== undefined) {
      const { sent, opened, lastSentAt, pingMs } = conversation;
      dueAt = Math.min(dueAt, lastSentAt + pingMs);
      if (sent.oldestAt !== undefined) dueAt = Math.min(dueAt, sent.oldestAt + this.answerMs(opened));
      if (!needed) dueAt = Math.min(dueAt, idleSince + IDLE_MS);
    }
    if (searching) dueAt = Math.min(dueAt, this.patience.firstEnd(this.operations.all()));
    if (dueAt !== Infinity) this.alarm.by(Math.max(dueAt, now + 1), now);
  }

  private tend(): void {
    const { session } = this;
    const now = this.surroundings.now();
    if (this.proof.isOver(now)) session.expire();
    this.leases.loseOverdue(now);
    if (session.searching) session.giveUpUnreachable(now);
    if (session.conversation !== undefined) this.tendConversation(session.conversation, now);
    this.rearm(now);
  }

  private tendConversation(conversation: Conversation, now: number): void {
    const { session } = this;
    if (conversation.opened && !session.needed && now - session.idleSince >= IDLE_MS) {
      session.closeIdle(conversation, now);
    } else if (this.isOverdue(conversation, now)) {
      // The answer may be in the socket, unread: after a stall of our own everything seems late.
      this.surroundings.soon(() => {
        this.surroundings.soon(() => {
          this.leaveIfOverdue(conversation);
        });
      });
    } else if (
      !session.resumeIfWornOut(conversation) &&
      now - conversation.lastSentAt >= conversation.pingMs
    ) {
      conversation.send([], now);
    }
  }

  private leaveIfOverdue(conversation: Conversation): void {
    if (this.session.conversation !== conversation || conversation.over) return;
    if (this.isOverdue(conversation, this.surroundings.now())) this.session.leave();
  }

  private answerMs(opened: boolean): number {
    const quarter = this.proof.guaranteeMs / 4;
    return opened ? quarter : Math.max(quarter, OPENING_MS);
  }
}
