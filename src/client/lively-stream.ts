import { formatDuration } from "../contract/duration.js";
import { serverStream, type ServerStreamMethod } from "./call.js";
import type { ClientContext } from "./context.js";
import { Unavailable } from "./errors.js";
import { JointSignal, untilAborted } from "./joint-signal.js";
import { leave } from "./line-death.js";
import type { Alarm } from "./session/surroundings.js";

/** So long the first message may take whatever the client's `connectTimeout` is. */
const LEAST_OPENING_MS = 1_000;

/**
 * Opens a stream that is never to be silent for so long, and yields what comes. It fails in any case, for the server
 * has no reason to end it; when it fails for a dead connection, that is given up.
 *
 * @param silenceMs in milliseconds; the first message has at most the client's `connectTimeout`, and the time that the loop over it takes for each message doesn't count
 * @throws {Unavailable} when no server answers, the connection breaks, or nothing has come for so long
 * @throws {DistributexError} when the server refuses or ends it
 * @throws the signal's reason when it aborts
 */
export async function* livelyStream<Request, Response>(
  { settings, uplink, surroundings }: ClientContext,
  method: ServerStreamMethod<Request, Response>,
  request: Request,
  silenceMs: number,
  outer: AbortSignal,
): AsyncGenerator<Response, void, undefined> {
  const line = await untilAborted(uplink.line(), outer);
  const joint = new JointSignal(outer);
  const { signal } = joint;
  let alarm: Alarm | undefined;
  let heard = 0;
  const giveUp = (ms: number) => {
    joint.abort(new Unavailable({ message: `the server said nothing for ${formatDuration(ms)}` }));
  };
  const listen = (ms: number) => {
    const soFar = heard;
    alarm = surroundings.after(ms, () => {
      // After a stall of our own, what came meanwhile is still in the socket.
      alarm = surroundings.after(1, () => {
        surroundings.soon(() => {
          if (heard === soFar) giveUp(ms);
        });
      });
    });
  };
  try {
    listen(Math.min(silenceMs, Math.max(LEAST_OPENING_MS, settings.connectTimeoutMs)));
    for await (const message of serverStream(line.connection, method, request, { signal })) {
      heard++;
      alarm?.cancel();
      yield message;
      listen(silenceMs);
    }
    throw new Unavailable({ message: "the server ended the stream" });
  } catch (thrown) {
    throw outer.aborted ? thrown : leave(uplink, line, thrown);
  } finally {
    alarm?.cancel();
    joint.dispose();
  }
}
