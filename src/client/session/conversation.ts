import type { OpenSession, SessionRequest, SessionResponse } from "../../../gen/distributex/v1/session.js";
import { DistributexError } from "../errors.js";
import type { Line, SessionStream, StreamListener } from "./line.js";
import type { Operation } from "./operation.js";
import { SentMessages } from "./sent-messages.js";
import type { Alarm, Surroundings } from "./surroundings.js";

/** Before `seq` could wrap. */
const LAST_SEQ = 2 ** 31 - 2_000;

/** Who is told what comes in a conversation. */
export interface ConversationListener {
  received(conversation: Conversation, message: SessionResponse): void;
  ended(conversation: Conversation, error: DistributexError | undefined): void;
}

/** One stream of a session: it counts its messages and knows when each was sent. */
export class Conversation implements StreamListener {
  readonly sent = new SentMessages();
  /** When its first message was sent. */
  readonly openedAt: number;
  lastSentAt: number;
  private readonly stream: SessionStream;
  /** The server has answered. */
  opened = false;
  /** Nothing comes any more, or it was broken off. */
  over = false;
  private farewell: Alarm | undefined;

  constructor(
    private readonly surroundings: Surroundings,
    readonly line: Line,
    private readonly listener: ConversationListener,
    /** Something is sent at least so often, in milliseconds. */
    public pingMs: number,
  ) {
    this.openedAt = this.lastSentAt = surroundings.now();
    this.stream = line.open(this);
  }

  open(open: OpenSession, now: number): void {
    this.write({ seq: this.sent.add(now), open, operations: [], close: false }, now);
  }

  /** Sends operations in one message; none: a ping. */
  send(operations: readonly Operation[], now: number): void {
    const messages = operations.map((operation) => {
      operation.sent = true;
      return { id: operation.id, kind: operation.kind(now) };
    });
    this.write({ seq: this.sent.add(now), open: undefined, operations: messages, close: false }, now);
  }

  /** Ends the session, and at once all that it holds. The server has so long to end the stream. */
  close(now: number, patienceMs: number): void {
    this.write({ seq: this.sent.add(now), open: undefined, operations: [], close: true }, now);
    this.stream.end();
    this.farewell = this.surroundings.after(patienceMs, () => {
      this.stream.cancel();
      this.ended(undefined);
    });
  }

  /** Breaks off without a word. Nothing is told any more. */
  cancel(): void {
    this.over = true;
    this.stream.cancel();
  }

  /** Whether its numbers are about to be used up. */
  isWornOut(lastSeq = LAST_SEQ): boolean {
    return this.sent.newestSeq >= lastSeq;
  }

  received(message: SessionResponse): void {
    if (this.over) return;
    try {
      this.listener.received(this, message);
    } catch (thrown) {
      // A server that says what can't be is left like one that fails.
      this.stream.cancel();
      this.ended(DistributexError.from(thrown));
    }
  }

  ended(error: DistributexError | undefined): void {
    this.farewell?.cancel();
    if (this.over) return;
    this.over = true;
    this.listener.ended(this, error);
  }

  private write(message: SessionRequest, now: number): void {
    this.lastSentAt = now;
    this.stream.send(message);
  }
}
