import type { Duration } from "../../../gen/google/protobuf/duration.js";
import type {
  AcquireOperation,
  Operation,
  SessionEvent,
  SessionLease,
} from "../../../gen/distributex/v1/session.js";
import { toWire } from "../../contract/duration.js";
import { LockError } from "../../contract/errors.js";
import { checkLeaseId } from "../../contract/names.js";
import type { Ending, Owner } from "../../core/lock.js";
import type { LockView } from "../../core/view.js";
import type { Answered, Caller, GrantedLease, SessionHandle } from "../../engine/engine.js";
import type { ServiceContext } from "../context.js";
import type { ServerStream } from "../grpc/server-stream.js";
import { leaseMessage, lockMessage, lossReason, notAcquiredMessage } from "../messages.js";
import { orderOfOperation, targetOf, ttlOf } from "../orders.js";
import { AskedAcquire, type AcquireOwner } from "./asked.js";
import type { Replies } from "./replies.js";
import { bytesOf, errorResult, sessionLease, type Result } from "./results.js";

const EVENT_BYTES = 64;

/** What an open session's client has asked for: each operation gets exactly one result. */
export class Operations implements AcquireOwner {
  private readonly waiting = new Map<number, AskedAcquire>();
  private readonly ttl: Duration;
  /** The lease that an operation is releasing right now: its end is that operation's result, and no loss. */
  private releasing = "";
  /** Nobody is there to be told any more. */
  private over = false;

  constructor(
    private readonly context: ServiceContext,
    private readonly session: SessionHandle,
    private readonly owner: Owner,
    private readonly stream: Pick<ServerStream<unknown>, "ready" | "told">,
    private readonly replies: Replies,
  ) {
    this.ttl = toWire(session.ttlMs);
  }

  get ready(): boolean {
    return this.stream.ready;
  }

  /** Never throws: what is wrong with an operation is its result. */
  begin({ id, kind }: Operation): void {
    try {
      if (id === 0 || this.waiting.has(id)) {
        const fault = id === 0 ? "is 0" : `is ${id}, the id of an acquire that is not answered yet`;
        throw new LockError("INVALID_ARGUMENT", `id ${fault}`, "id");
      }
      // What frees something must always get through, or nobody would ever get anywhere.
      if (this.replies.isHeavy && kind?.$case !== "release" && kind?.$case !== "cancel") {
        throw new LockError("TOO_MANY_OPERATIONS", "too many answers of this session wait to be read");
      }
      this.carryOut(id, kind);
    } catch (error) {
      this.answer(id, errorResult(this.stream.told(error)));
    }
  }

  /** The session is closed: whatever waits is withdrawn. Afterwards nothing is told any more. */
  close(): void {
    for (const { id } of this.waiting.values()) this.answer(id, { $case: "cancelled", value: {} });
    this.end();
  }

  /** Nothing is told any more. */
  end(): void {
    this.over = true;
    this.waiting.clear();
  }

  granted(asked: AskedAcquire, lease: GrantedLease): void {
    this.answerAcquire(asked, { $case: "granted", value: this.leaseOf(lease) });
  }

  notAcquired(asked: AskedAcquire, outcome: "contended" | "timed-out", lock: LockView): void {
    this.answerAcquire(asked, { $case: "notAcquired", value: notAcquiredMessage(outcome, lock) });
  }

  failed(asked: AskedAcquire, error: LockError): void {
    this.answerAcquire(asked, errorResult(this.stream.told(error)));
  }

  queued(asked: AskedAcquire, position: number, queueLength: number): void {
    if (asked.toldPlace && !this.ready) return;
    asked.toldPlace = true;
    this.tell({ $case: "queued", value: { id: asked.id, position, queueLength } });
  }

  lost(lease: GrantedLease, how: Ending): void {
    if (lease.id === this.releasing) return;
    this.tell({ $case: "lost", value: { leaseId: lease.id, reason: lossReason(how) } });
  }

  /** What the client is told of a lease. */
  leaseOf(lease: GrantedLease): SessionLease {
    const message = sessionLease(lease, this.ttl);
    // What is left of `maxhold` must be what is left when the client is told.
    if (lease.holdUntil !== Infinity) {
      this.replies.beforeSending(() => {
        message.remainingHold = toWire(this.context.engine.timesOf(lease).remainingHoldMs);
      });
    }
    return message;
  }

  tell(event: NonNullable<SessionEvent["event"]>): void {
    if (!this.over) this.replies.event({ event }, EVENT_BYTES);
  }

  /** Told of the ends of leases that were resumed. */
  readonly heir: Caller = {
    granted: () => undefined,
    notAcquired: () => undefined,
    failed: () => undefined,
    lost: (lease, how) => {
      this.lost(lease, how);
    },
  };

  private carryOut(id: number, kind: Operation["kind"]): void {
    const { engine } = this.context;
    switch (kind?.$case) {
      case "acquire":
        this.acquire(id, kind.value);
        break;
      case "release":
        this.release(id, kind.value.leaseId);
        break;
      case "renew":
        checkLeaseId(kind.value.leaseId);
        this.answerWith(id, engine.renew(kind.value.leaseId, ttlOf(kind.value.ttl)), (lease) => ({
          $case: "renewed",
          value: leaseMessage(lease, engine.timesOf(lease)),
        }));
        break;
      case "inspect":
        this.answerWith(id, engine.inspect(targetOf(kind.value)), (lock) => ({
          $case: "inspected",
          value: lockMessage(lock),
        }));
        break;
      case "cancel":
        this.cancel(kind.value.operationId);
        this.answer(id, { $case: "cancelled", value: {} });
        break;
      case "resume":
        this.resume(id, kind.value.leaseIds);
        break;
      case undefined:
        throw new LockError("INVALID_ARGUMENT", "the operation is none that this server knows", "operations");
    }
  }

  private acquire(id: number, operation: AcquireOperation): void {
    const { engine, limits } = this.context;
    if (this.waiting.size >= limits.waits_per_session) {
      const message = `${this.waiting.size} acquires of this session wait, its limit`;
      throw new LockError("TOO_MANY_OPERATIONS", message);
    }
    const asked = new AskedAcquire(this, id);
    const pending = engine.acquire(orderOfOperation(operation, this.owner, this.session), asked);
    if (asked.answered) return;
    asked.pending = pending;
    this.waiting.set(id, asked);
  }

  private release(id: number, leaseId: string): void {
    checkLeaseId(leaseId);
    this.releasing = leaseId;
    try {
      this.answerWith(id, this.context.engine.release(leaseId), released);
    } finally {
      this.releasing = "";
    }
  }

  private resume(id: number, leaseIds: readonly string[]): void {
    for (const leaseId of leaseIds) checkLeaseId(leaseId, "lease_ids");
    this.answerWith(id, this.session.resume(leaseIds, this.heir), (leases) => ({
      $case: "resumed",
      value: { leases: leases.map((lease) => this.leaseOf(lease)) },
    }));
  }

  /** Withdraws a waiting acquire; one that has been answered stays as it is. */
  private cancel(id: number): void {
    const asked = this.waiting.get(id);
    if (asked === undefined) return;
    asked.pending?.cancel();
    this.answerAcquire(asked, { $case: "cancelled", value: {} });
  }

  private answerWith<T>(id: number, answered: Answered<T>, resultOf: (value: T) => Result): void {
    if (!(answered instanceof Promise)) {
      this.answer(id, resultOf(answered));
      return;
    }
    answered.then(
      (value) => {
        this.answer(id, resultOf(value));
      },
      (error: unknown) => {
        this.answer(id, errorResult(this.stream.told(error)));
      },
    );
  }

  private answerAcquire(asked: AskedAcquire, result: Result): void {
    asked.answered = true;
    if (asked.pending !== undefined) {
      asked.pending = undefined;
      this.waiting.delete(asked.id);
    }
    this.answer(asked.id, result);
  }

  private answer(id: number, result: Result): void {
    if (!this.over) this.replies.result({ id, result }, bytesOf(result));
  }
}

function released(wasHeld: boolean): Result {
  return { $case: "released", value: { wasHeld } };
}
