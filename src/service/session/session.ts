import type { OpenSession, SessionRequest, SessionResponse } from "../../../gen/distributex/v1/session.js";
import { LockError } from "../../contract/errors.js";
import { checkLeaseId } from "../../contract/names.js";
import type { GrantedLease, SessionHandle } from "../../engine/engine.js";
import type { ServiceContext } from "../context.js";
import type { BidiHandler, StreamReader } from "../grpc/bidi-stream.js";
import type { ServerStream } from "../grpc/server-stream.js";
import { ownerOf } from "../orders.js";
import { livesOf, openedMessage } from "./opening.js";
import { Operations } from "./operations.js";
import { Replies } from "./replies.js";

/** Session: many operations a message, on leases that live and die together. */
export function session(context: ServiceContext): BidiHandler<SessionRequest, SessionResponse> {
  return (stream) => new SessionCall(context, stream);
}

/** A session that its client has opened. */
interface Open {
  readonly session: SessionHandle;
  readonly operations: Operations;
}

/** One stream of a session, from its first message to its end. */
class SessionCall implements StreamReader<SessionRequest> {
  private readonly replies: Replies;
  /** There from the first message on. */
  private opened: Open | undefined;
  private lastSeq = 0;
  private over = false;

  constructor(
    private readonly context: ServiceContext,
    private readonly stream: ServerStream<SessionResponse>,
  ) {
    this.replies = new Replies(stream, context, () => this.opened?.session.kept ?? 0);
    stream.onClose((cancelled) => {
      if (cancelled) this.streamLost();
      else this.broken();
    });
    stream.onDrain = () => {
      this.opened?.operations.tell({ $case: "draining", value: {} });
      this.replies.sendAll();
    };
  }

  receive({ seq, open, operations, close }: SessionRequest): void {
    if (this.over) return;
    if (seq <= this.lastSeq) {
      throw new LockError("INVALID_ARGUMENT", `seq is ${seq} after ${this.lastSeq}; it must rise`, "seq");
    }
    if ((open === undefined) !== (this.opened !== undefined)) {
      const fault = open === undefined ? "is missing in the first message" : "is only for the first message";
      throw new LockError("INVALID_ARGUMENT", `open ${fault}`, "open");
    }
    this.lastSeq = seq;
    this.replies.hold();
    this.opened ??= this.open(open as OpenSession);
    const { opened } = this;
    opened.session.heard(seq);
    if (open !== undefined) this.resume(opened, open.leaseIds);
    for (const operation of operations) opened.operations.begin(operation);
    if (close) this.close(opened);
    else this.replies.sendOff();
  }

  /** Also what precedes a cancellation, a kill, a connection given up: no proof of a polite goodbye. */
  ended(): void {
    this.streamLost();
  }

  private open(open: OpenSession): Open {
    const { engine, limits } = this.context;
    const { ttlMs, graceMs } = livesOf(open);
    const owner = ownerOf(open.owner, limits);
    for (const leaseId of open.leaseIds) checkLeaseId(leaseId, "open.lease_ids");
    const session = engine.openSession(ttlMs, graceMs, () => {
      this.stream.fail(new LockError("SESSION_LOST", "no message came for the session's ttl"));
    });
    const operations = new Operations(this.context, session, owner, this.stream, this.replies);
    return { session, operations };
  }

  private resume({ session, operations }: Open, leaseIds: readonly string[]): void {
    const tell = (leases: readonly GrantedLease[]): void => {
      const messages = leases.map((lease) => operations.leaseOf(lease));
      this.replies.open(openedMessage(session, messages, this.context.limits.waits_per_session));
    };
    const resumed = session.resume(leaseIds, operations.heir);
    if (!(resumed instanceof Promise)) {
      tell(resumed);
      return;
    }
    resumed.then(
      (leases) => {
        tell(leases);
        this.replies.sendOff();
      },
      (error: unknown) => {
        this.stream.fail(error);
      },
    );
  }

  private close({ session, operations }: Open): void {
    this.over = true;
    operations.close();
    // What it held is free before its client is told so.
    session.close(() => {
      this.replies.sendAll();
      this.stream.end();
    });
  }

  /** The client broke off, or its connection did: what the session holds is kept for its grace. */
  private streamLost(): void {
    if (this.over) return;
    this.over = true;
    this.opened?.operations.end();
    void this.stream.loss().then((loss) => {
      this.opened?.session.streamLost(loss);
      this.stream.end();
    });
  }

  /** This server ended the stream. */
  private broken(): void {
    if (this.over) return;
    this.over = true;
    this.opened?.operations.end();
    this.opened?.session.streamLost("gone");
  }
}
