import { AdminServiceService } from "../../gen/distributex/v1/admin_service.js";
import type { ClientContext } from "./context.js";
import { JointSignal } from "./joint-signal.js";
import { checkPrefix, type ListOptions } from "./list.js";
import { livelyStream } from "./lively-stream.js";
import { lockEvent, type LockEvent } from "./lock-event.js";
import { mayPass, Persistence } from "./persistence.js";

/** Servers say something every 10 s. */
const SILENCE_MS = 30_000;

/** Which locks, and who wants to know when it has begun. */
export interface WatchOptions extends ListOptions {
  /** Called once, when the watch is in place: every event from then on is told. Absent: nobody is. */
  readonly onWatching?: (() => void) | undefined;
}

/** See `LockClient.watch`. */
export async function* watch(
  context: ClientContext,
  { prefix = "", signal: asked, onWatching }: WatchOptions,
): AsyncGenerator<LockEvent, void, undefined> {
  checkPrefix(prefix);
  const joint = new JointSignal(context.closed, asked);
  const persistence = new Persistence(context.surroundings, joint.signal);
  const { surroundings, settings } = context;
  const until = surroundings.now() + settings.connectTimeoutMs;
  let watching = false;
  try {
    for (;;) {
      joint.signal.throwIfAborted();
      try {
        const { watchLocks } = AdminServiceService;
        for await (const message of livelyStream(context, watchLocks, { prefix }, SILENCE_MS, joint.signal)) {
          // The first message says that the watch is in place.
          if (!watching) onWatching?.();
          watching = true;
          const event = lockEvent(message);
          if (event !== undefined) yield event;
        }
      } catch (thrown) {
        if (watching || joint.signal.aborted || !mayPass(thrown) || surroundings.now() >= until) throw thrown;
      }
      await persistence.pause();
    }
  } finally {
    joint.dispose();
  }
}
