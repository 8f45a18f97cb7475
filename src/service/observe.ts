import type { ObserveRequest, ObserveResponse } from "../../gen/distributex/v1/lock_service.js";
import { checkName } from "../contract/names.js";
import type { LeaderView } from "../core/view.js";
import type { ServiceContext } from "./context.js";
import type { StreamHandler } from "./grpc/server-stream.js";
import { leaderMessage } from "./messages.js";

/** The state is told again so often, which serves as heartbeat too. */
const AGAIN_EVERY_MS = 5_000;

/** Observe: the current leader first, then every change; a reader that is behind gets the latest. */
export function observe({ engine }: ServiceContext): StreamHandler<ObserveRequest, ObserveResponse> {
  return (request, stream) => {
    checkName(request.name);
    let leader: LeaderView | undefined;
    let since = performance.now();
    const tell = (): void => {
      if (!stream.ready) return;
      const heldForMs = (leader?.heldForMs ?? 0) + performance.now() - since;
      stream.send({ leader: leader === undefined ? undefined : leaderMessage({ ...leader, heldForMs }) });
    };
    stream.onReady = tell;
    const unsubscribe = engine.observe(request.name, (now) => {
      leader = now;
      since = performance.now();
      tell();
    });
    const timer = setInterval(tell, AGAIN_EVERY_MS).unref();
    stream.onClose(() => {
      clearInterval(timer);
      unsubscribe();
    });
  };
}
