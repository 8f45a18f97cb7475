import type { CampaignRequest, CampaignResponse } from "../../gen/distributex/v1/lock_service.js";
import type { LeaderView, LockView } from "../core/view.js";
import type { Caller, GrantedLease, LockEngine, Unsubscribe } from "../engine/engine.js";
import type { ServiceContext } from "./context.js";
import type { ServerStream, StreamHandler } from "./grpc/server-stream.js";
import { heartbeats } from "./heartbeats.js";
import { leaderMessage, leaseMessage } from "./messages.js";
import { orderOfCampaign } from "./orders.js";
import { StreamCaller } from "./stream-caller.js";
import { endSession } from "./wait.js";

/** Campaign: a session of one lease on a lock of capacity 1, which also tells who leads meanwhile. */
export function campaign({
  engine,
  limits,
}: ServiceContext): StreamHandler<CampaignRequest, CampaignResponse> {
  return (request, stream) => {
    const order = orderOfCampaign(request, limits);
    const ttlMs = engine.ttlFor(order.name, order.ttlMs);
    const session = engine.openSession(ttlMs, 0);
    const candidate = new Candidate(engine, stream);
    const stop = heartbeats(ttlMs, () => {
      stream.sendIfReady({ event: { $case: "heartbeat", value: {} } });
    });
    const pending = engine.acquire({ ...order, session }, candidate);
    stream.onClose((cancelled) => {
      stop();
      candidate.stopObserving();
      pending.cancel();
      endSession(session, stream, cancelled);
    });
    candidate.observe(order.name);
  };
}

class Candidate extends StreamCaller<CampaignResponse> implements Caller {
  private waiting = true;
  private unsubscribe: Unsubscribe | undefined;
  private leader: { readonly view: LeaderView | undefined } | undefined;

  constructor(engine: LockEngine, stream: ServerStream<CampaignResponse>) {
    super(engine, stream, (event) => ({ event }));
    stream.onReady = () => {
      this.tellLeader();
    };
  }

  /** While it waits, it is told who leads. */
  observe(name: string): void {
    if (!this.waiting || this.stream.closed) return;
    this.unsubscribe = this.engine.observe(name, (view) => {
      this.leader = { view };
      this.tellLeader();
    });
  }

  stopObserving(): void {
    this.waiting = false;
    this.unsubscribe?.();
  }

  granted(lease: GrantedLease): void {
    this.stopObserving();
    const times = this.engine.timesOf(lease);
    const { request, value, token } = lease;
    const leader = leaderMessage({ owner: request.owner, value, token, heldForMs: times.heldForMs });
    this.stream.send({ event: { $case: "elected", value: { lease: leaseMessage(lease, times), leader } } });
  }

  /** A campaign has no time-out; an engine that ends it all the same has it end, not hang. */
  notAcquired(_outcome: "contended" | "timed-out", _lock: LockView): void {
    this.stream.end();
  }

  /** The latest leader wins: a reader that is behind is told when it has caught up. */
  private tellLeader(): void {
    if (!this.waiting || this.leader === undefined || !this.stream.ready) return;
    const { view } = this.leader;
    this.leader = undefined;
    const leader = view === undefined ? undefined : leaderMessage(view);
    this.stream.send({ event: { $case: "leaderChanged", value: { leader } } });
  }
}
