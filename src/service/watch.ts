import {
  LockEventType,
  type WatchLocksRequest,
  type WatchLocksResponse,
} from "../../gen/distributex/v1/admin_service.js";
import { LIMITS } from "../contract/limits.js";
import { checkText } from "../contract/names.js";
import type { LockEvent } from "../engine/engine.js";
import type { ServiceContext } from "./context.js";
import type { StreamHandler } from "./grpc/server-stream.js";
import { heartbeats } from "./heartbeats.js";

const TYPES: Readonly<Record<LockEvent["type"], LockEventType>> = {
  granted: LockEventType.GRANTED,
  released: LockEventType.RELEASED,
  expired: LockEventType.EXPIRED,
  broken: LockEventType.BROKEN,
  queued: LockEventType.QUEUED,
  left: LockEventType.LEFT,
};

/** WatchLocks: every event from now on, or SLOW_READER. */
export function watch({ engine }: ServiceContext): StreamHandler<WatchLocksRequest, WatchLocksResponse> {
  return ({ prefix }, stream) => {
    checkText(prefix, "prefix", LIMITS.nameBytes);
    const complete = engine.guarantees().enumerates;
    const unsubscribe = engine.watch(prefix, (event) => {
      stream.send(eventMessage(event, complete));
    });
    const stop = heartbeats(Infinity, () => {
      stream.sendIfReady(heartbeat(complete));
    });
    stream.onClose(() => {
      stop();
      unsubscribe();
    });
    stream.send(heartbeat(complete));
  };
}

function eventMessage(event: LockEvent, complete: boolean): WatchLocksResponse {
  const { type, name, token, owner, queueLength, reason } = event;
  const eventTime = new Date();
  return { type: TYPES[type], name, fencingToken: token, owner, queueLength, eventTime, complete, reason };
}

function heartbeat(complete: boolean): WatchLocksResponse {
  return {
    type: LockEventType.UNSPECIFIED,
    name: "",
    fencingToken: 0n,
    owner: undefined,
    queueLength: 0,
    eventTime: new Date(),
    complete,
    reason: "",
  };
}
