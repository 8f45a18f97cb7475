import { unary, type UnaryMethod } from "./call.js";
import type { ClientContext } from "./context.js";
import { DistributexError } from "./errors.js";
import { JointSignal, untilAborted } from "./joint-signal.js";
import { isDead, leave } from "./line-death.js";
import { Persistence } from "./persistence.js";
import { unreachable } from "./session/failures.js";

/**
 * Makes a call that does no harm when it is made twice: again, over another connection too, until it is answered.
 *
 * @param asked gives up early; absent: only time does
 * @throws {Unavailable} when no server answers within the client's `connectTimeout`
 * @throws {DistributexError} when the server refuses, or the client is closed (reason CLOSED)
 */
export async function steadyCall<Request, Response>(
  { settings: { connectTimeoutMs }, uplink, surroundings, closed }: ClientContext,
  method: UnaryMethod<Request, Response>,
  request: Request,
  asked?: AbortSignal,
): Promise<Response> {
  const joint = new JointSignal(closed, asked);
  const { signal } = joint;
  let sent = false;
  let lastError: unknown;
  const giveUp = () => {
    const answered = lastError instanceof DistributexError && !isDead(lastError);
    joint.abort(answered ? lastError : unreachable(connectTimeoutMs, sent, lastError));
  };
  const alarm = surroundings.after(connectTimeoutMs, giveUp, true);
  const attempt = async (): Promise<Response> => {
    const line = await untilAborted(uplink.line(), signal);
    sent = true;
    try {
      // A silent connection costs half of the time: the other half is for a new one.
      return await unary(line.connection, method, request, { deadlineMs: connectTimeoutMs / 2, signal });
    } catch (thrown) {
      throw leave(uplink, line, thrown);
    }
  };
  try {
    return await new Persistence(surroundings, signal).untilDone(() =>
      attempt().catch((thrown: unknown) => {
        lastError = thrown;
        throw thrown;
      }),
    );
  } finally {
    alarm.cancel();
    joint.dispose();
  }
}
