import type {
  SessionEvent,
  SessionLease,
  SessionOpened,
  SessionResponse,
} from "../../../gen/distributex/v1/session.js";
import { fromWire } from "../../contract/duration.js";
import { AcquireOperation } from "./acquire-operation.js";
import type { Conversation } from "./conversation.js";
import type { LeaseTable } from "./lease-table.js";
import { lossReason } from "./loss-reason.js";
import type { OperationTable } from "./operation-table.js";
import type { Lives, Proof } from "./proof.js";
import { Results, type GrantListener, type StreamJudge } from "./results.js";
import { Resumption } from "./resumption.js";

/** Whether a message makes its stream useless, and then whether another server is wanted or only another stream. */
export type Verdict = "stay" | "elsewhere" | "again";

/** Does what the server's messages say. */
export class Arrivals implements StreamJudge {
  private verdict: Verdict = "stay";
  private readonly results: Results;
  private readonly resumption: Resumption;

  constructor(
    private readonly asked: Lives,
    private readonly operations: OperationTable,
    private readonly leases: LeaseTable,
    private readonly proof: Proof,
    listener: GrantListener,
  ) {
    this.results = new Results(operations, leases, listener, this);
    this.resumption = new Resumption(leases, this.results);
  }

  /** A stream begins: these leases are named in its first message, others in so many further ones. */
  expect(named: readonly string[], further: number): void {
    this.resumption.begin(named, further);
  }

  resumed(named: readonly string[], living: readonly SessionLease[]): void {
    this.resumption.reconcile(named, living);
  }

  moveOn(): void {
    this.verdict = "elsewhere";
  }

  /** Takes in nothing but results. */
  settle(message: SessionResponse): void {
    for (const result of message.results) this.results.settle(result);
  }

  /** Takes in a message. What it proves counts last, and not at all where it makes another stream necessary. */
  take(conversation: Conversation, message: SessionResponse): Verdict {
    const { sent } = conversation;
    this.verdict = "stay";
    this.results.countFrom = sent.sentAt(message.kept) ?? conversation.openedAt;
    if (message.opened !== undefined && !conversation.opened) this.open(conversation, message.opened);
    this.settle(message);
    for (const { event } of message.events) if (event !== undefined) this.happened(event);
    const verdict = this.verdict as Verdict;
    if (verdict === "again" || conversation.over) return verdict;
    sent.keep(message.kept);
    // Nothing is proven while it isn't known which of the leases this stream has taken over.
    if (sent.keptAt !== undefined && conversation.opened && this.resumption.complete) {
      this.proof.keep(sent.keptAt);
    }
    return verdict;
  }

  private open(conversation: Conversation, { leases, ttl, grace, pingInterval }: SessionOpened): void {
    this.proof.agree({
      ttlMs: ttl === undefined ? this.asked.ttlMs : fromWire(ttl, "ttl"),
      graceMs: grace === undefined ? 0 : fromWire(grace, "grace"),
    });
    const wantedMs = pingInterval === undefined ? Infinity : fromWire(pingInterval, "ping_interval");
    conversation.opened = true;
    conversation.pingMs = Math.min(wantedMs, this.proof.guaranteeMs / 4);
    this.resumption.opened(leases);
  }

  private happened(event: NonNullable<SessionEvent["event"]>): void {
    switch (event.$case) {
      case "queued": {
        const { id, position, queueLength } = event.value;
        const operation = this.operations.get(id);
        if (operation instanceof AcquireOperation) operation.queued(position, queueLength);
        break;
      }
      case "lost": {
        const lease = this.leases.get(event.value.leaseId);
        if (lease === undefined) break;
        const reason = lossReason(event.value.reason);
        // An older stream's first message came late and took the lease away from this one.
        if (reason === "SESSION_LOST") this.verdict = "again";
        else this.leases.lose(lease, reason);
        break;
      }
      case "draining":
        this.verdict = "elsewhere";
        break;
    }
  }
}
