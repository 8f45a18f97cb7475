import type { WaitRequest, WaitResponse } from "../../gen/distributex/v1/lock_service.js";
import type { LockView } from "../core/view.js";
import type { Caller, GrantedLease, LockEngine, SessionHandle } from "../engine/engine.js";
import { undoGrant } from "./acquire.js";
import type { ServiceContext } from "./context.js";
import type { StreamLoss } from "./grpc/calls.js";
import type { ServerStream, StreamHandler } from "./grpc/server-stream.js";
import { heartbeats } from "./heartbeats.js";
import { leaseMessage, notAcquiredMessage } from "./messages.js";
import { orderOfWait } from "./orders.js";
import { StreamCaller } from "./stream-caller.js";

/** Wait: Acquire that tells the place in the queue. With `hold` it is a session of one lease. */
export function wait({ engine, limits }: ServiceContext): StreamHandler<WaitRequest, WaitResponse> {
  return (request, stream) => {
    const order = orderOfWait(request, limits);
    const ttlMs = engine.ttlFor(order.name, order.ttlMs);
    const session = request.hold ? engine.openSession(ttlMs, 0) : undefined;
    const caller = new WaitCaller(engine, stream, request.hold);
    const stop = heartbeats(ttlMs, () => {
      stream.sendIfReady({ event: { $case: "heartbeat", value: {} } });
    });
    const pending = engine.acquire({ ...order, session }, caller);
    stream.onClose((cancelled) => {
      stop();
      pending.cancel();
      if (session !== undefined) endSession(session, stream, cancelled);
    });
  };
}

/** Tells the engine that the stream of a one-lease session is over. */
export function endSession(
  session: SessionHandle,
  stream: { loss(): Promise<StreamLoss> },
  cancelled: boolean,
): void {
  if (!cancelled) session.streamLost("gone");
  else
    void stream.loss().then((loss) => {
      session.streamLost(loss);
    });
}

class WaitCaller extends StreamCaller<WaitResponse> implements Caller {
  constructor(
    engine: LockEngine,
    stream: ServerStream<WaitResponse>,
    private readonly hold: boolean,
  ) {
    super(engine, stream, (event) => ({ event }));
  }

  granted(lease: GrantedLease, again: boolean): void {
    if (this.stream.closed) {
      // With `hold` the end of its session ends it.
      if (!this.hold && !again) undoGrant(this.engine, lease);
      return;
    }
    const message = leaseMessage(lease, this.engine.timesOf(lease));
    this.stream.send({ event: { $case: "granted", value: { lease: message } } });
    if (!this.hold) this.stream.end();
  }

  notAcquired(outcome: "contended" | "timed-out", lock: LockView): void {
    this.stream.send({ event: { $case: "notAcquired", value: notAcquiredMessage(outcome, lock) } });
    this.stream.end();
  }
}
