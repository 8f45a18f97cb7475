import type { SessionResponse } from "../../../gen/distributex/v1/session.js";
import { toWire } from "../../contract/duration.js";
import type { DistributexError } from "../errors.js";
import type { AcquireOperation } from "./acquire-operation.js";
import { Arrivals } from "./arrivals.js";
import { portionsOf, sendAll } from "./batches.js";
import { Closing } from "./closing.js";
import { Conversation, type ConversationListener } from "./conversation.js";
import { Dialer, type DialerListener } from "./dialer.js";
import { isFatal } from "./failures.js";
import { LeaseTable } from "./lease-table.js";
import type { Line, Switchboard } from "./line.js";
import type { Operation } from "./operation.js";
import { OperationTable } from "./operation-table.js";
import { Outbox } from "./outbox.js";
import { Patience } from "./patience.js";
import type { Phase } from "./phase.js";
import { Proof } from "./proof.js";
import { Requests, type RequestSender } from "./requests.js";
import type { GrantListener } from "./results.js";
import type { SessionSettings } from "./settings.js";
import type { Surroundings } from "./surroundings.js";
import { IDLE_MS, Upkeep, type Upheld } from "./upkeep.js";

/** The streams of a session, one after another: what is asked goes over them, and what is held is kept by them. */
export class Link implements ConversationListener, DialerListener, RequestSender, Upheld {
  conversation: Conversation | undefined;
  idleSince = 0;
  private phase: Phase = "idle";
  private readonly arrivals: Arrivals;
  private readonly patience: Patience;
  private readonly requests: Requests;
  private readonly dialer: Dialer;
  private readonly upkeep: Upkeep;
  private readonly outbox: Outbox;
  private closing: Closing | undefined;

  constructor(
    private readonly settings: SessionSettings,
    switchboard: Switchboard,
    private readonly surroundings: Surroundings,
    private readonly operations: OperationTable,
    private readonly leases: LeaseTable,
    private readonly proof: Proof,
    listener: GrantListener,
  ) {
    this.arrivals = new Arrivals(settings, operations, leases, proof, listener);
    this.patience = new Patience(settings, settings.connectTimeoutMs);
    this.dialer = new Dialer(switchboard, surroundings, this);
    this.requests = new Requests(operations, this.patience, this.dialer, this);
    this.outbox = new Outbox(surroundings, () => {
      this.flush();
    });
    this.upkeep = new Upkeep(this, surroundings, operations, leases, proof, this.patience);
  }

  /** Whether the server was heard as lately as it should have been. */
  get confirmed(): boolean {
    const { conversation } = this;
    if (conversation?.opened !== true) return false;
    return !this.upkeep.isOverdue(conversation, this.surroundings.now());
  }

  /** Whether the server has answered on the stream that there is. */
  get reachable(): boolean {
    return this.conversation?.opened === true;
  }

  get closed(): boolean {
    return this.phase === "closed";
  }

  get needed(): boolean {
    return this.leases.size > 0 || this.operations.size > 0;
  }

  get missed(): boolean {
    return this.leases.size > 0 || this.operations.anyAwaited();
  }

  get searching(): boolean {
    return this.phase === "dialing" || (this.phase === "talking" && !this.reachable);
  }

  /** Nobody waits any more for what was asked for. */
  withdraw(operation: AcquireOperation, reason: unknown): void {
    const now = this.surroundings.now();
    if (this.requests.withdraw(operation, reason, now)) {
      this.upkeep.by(this.patience.endsAt(operation), now);
    } else this.stopUnlessNeeded();
  }

  /** Something ends by itself then. */
  watch(endsAt: number): void {
    this.upkeep.by(endsAt, this.surroundings.now());
  }

  giveUpUnreachable(now: number): void {
    this.requests.giveUpUnreachable(now);
    this.stopUnlessNeeded();
  }

  /** The session is over: the server releases at once all that it holds. Never rejects. */
  close(): Promise<undefined> {
    return (this.closing ??= this.beginClosing()).promise;
  }

  /** Sends it at the end of this turn, or as soon as there is a stream. */
  ask(operation: Operation): void {
    if (this.sendNow(operation)) return;
    this.operations.add(operation);
    const now = this.surroundings.now();
    if (this.phase === "idle") {
      this.phase = "dialing";
      this.patience.since = now;
      this.dialer.start();
    } else this.dialer.becomeMissed();
    this.upkeep.by(this.patience.endsAt(operation), now);
  }

  sendNow(operation: Operation): boolean {
    const { conversation } = this;
    if (conversation === undefined) return false;
    this.operations.add(operation);
    this.outbox.push(operation);
    if (!conversation.opened) this.upkeep.by(this.patience.endsAt(operation), this.surroundings.now());
    return true;
  }

  private flush(): void {
    const { conversation } = this;
    if (conversation === undefined) return;
    const now = this.surroundings.now();
    if (this.proof.isOver(now)) this.expire();
    else if (!this.resumeIfWornOut(conversation)) sendAll(conversation, this.outbox.take(), now);
  }

  reached(line: Line): void {
    const now = this.surroundings.now();
    if (this.proof.isOver(now)) this.expire();
    if (this.phase === "dialing") this.begin(line, now);
  }

  received(conversation: Conversation, message: SessionResponse): void {
    if (conversation !== this.conversation) return;
    if (this.phase === "closed") {
      this.arrivals.settle(message);
      return;
    }
    const now = this.surroundings.now();
    // After a stall the clock decides before the socket does.
    if (this.proof.isOver(now)) {
      this.expire();
      return;
    }
    const wasOpen = conversation.opened;
    const verdict = this.arrivals.take(conversation, message);
    if (conversation !== this.conversation || conversation.over) return;
    if (verdict === "again") this.resumeAnew(conversation);
    // A server that grants before it keeps anything has promised nothing.
    else if (this.leases.size > 0 && !this.proof.exists) this.expire();
    else if (verdict === "elsewhere") this.leave();
    else this.stay(conversation, wasOpen, now);
  }

  ended(conversation: Conversation, error: DistributexError | undefined): void {
    if (conversation !== this.conversation) return;
    if (this.phase === "closed") this.finishClosing();
    else if (error !== undefined && isFatal(error)) this.failAll(error);
    else {
      this.dialer.lastError = error;
      this.leave();
    }
  }

  private begin(line: Line, now: number): void {
    this.dialer.stop();
    this.requests.giveUpUnreachable(now);
    this.phase = "talking";
    this.idleSince = now;
    const conversation = new Conversation(this.surroundings, line, this, this.proof.guaranteeMs / 4);
    this.conversation = conversation;
    const [named = [], ...more] = portionsOf(this.leases.ids());
    this.arrivals.expect(named, more.length);
    const { owner, ttlMs, graceMs } = this.settings;
    conversation.open({ owner, ttl: toWire(ttlMs), grace: toWire(graceMs), leaseIds: named }, now);
    const again = this.requests.askedAgain(more);
    this.outbox.take();
    sendAll(conversation, again, now);
    this.upkeep.rearm(now);
  }

  private stay(conversation: Conversation, wasOpen: boolean, now: number): void {
    if (!wasOpen && conversation.opened) {
      this.dialer.succeeded();
      this.upkeep.rearm(now);
    }
    if (this.needed) return;
    this.idleSince = now;
    this.upkeep.by(now + IDLE_MS, now);
  }

  /** The time that was proven is over: everything is lost, and the stream is left so that the server ends it too. */
  expire(): void {
    this.proof.reset();
    this.drop("elsewhere");
    this.leases.loseAll("SESSION_LOST");
    this.goOn();
  }

  /** Another server may serve; what is held and asked for goes there. */
  leave(): void {
    if (this.phase === "closed") return;
    this.drop("elsewhere");
    this.goOn();
  }

  /** Opens a new stream before the numbers of this one are used up. */
  resumeIfWornOut(conversation: Conversation): boolean {
    if (!conversation.isWornOut(this.settings.lastSeq)) return false;
    this.resumeAnew(conversation);
    return true;
  }

  /** A new stream on the same line, at once. */
  private resumeAnew({ line }: Conversation): void {
    this.drop("again");
    this.begin(line, this.surroundings.now());
  }

  /** Leaves the stream without a word. What is held and asked for stays. */
  private drop(where: "elsewhere" | "again"): void {
    const { conversation } = this;
    if (conversation === undefined) return;
    this.conversation = undefined;
    this.phase = "idle";
    this.patience.since = this.surroundings.now();
    this.outbox.take();
    this.operations.forgetStream();
    conversation.cancel();
    if (where === "elsewhere") this.dialer.giveUp(conversation.line);
  }

  private goOn(): void {
    if (this.phase === "idle" && this.needed) {
      this.phase = "dialing";
      this.dialer.startAgain();
      this.upkeep.rearm(this.surroundings.now());
    } else this.stopUnlessNeeded();
  }

  private stopUnlessNeeded(): void {
    if (this.phase !== "dialing" || this.needed) return;
    this.dialer.stop();
    this.upkeep.off();
    this.phase = "idle";
  }

  /** No other try would end otherwise. */
  private failAll(error: DistributexError): void {
    this.proof.reset();
    this.drop("again");
    this.leases.loseAll("SESSION_LOST");
    this.requests.failAll(error);
    this.goOn();
  }

  /** Nothing is held and nothing asked: the server need not keep anything for us. */
  closeIdle(conversation: Conversation, now: number): void {
    this.conversation = undefined;
    this.phase = "idle";
    this.proof.reset();
    this.upkeep.off();
    conversation.close(now, this.settings.connectTimeoutMs);
  }

  private beginClosing(): Closing {
    const closing = new Closing();
    const { conversation } = this;
    const now = this.surroundings.now();
    this.phase = "closed";
    this.dialer.stop();
    this.upkeep.off();
    this.requests.close();
    this.leases.releaseAll();
    if (conversation === undefined) this.finishClosing(closing);
    else {
      sendAll(conversation, this.outbox.take(), now);
      conversation.close(now, this.settings.connectTimeoutMs);
    }
    return closing;
  }

  private finishClosing(closing = this.closing): void {
    this.conversation = undefined;
    this.requests.closed();
    closing?.resolve(undefined);
  }
}
