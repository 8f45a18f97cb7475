import { LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import type { ClientContext } from "./context.js";
import { expected } from "./duration.js";
import { DistributexError } from "./errors.js";
import { JointSignal } from "./joint-signal.js";
import { Latest } from "./latest.js";
import { leaderInfo, type LeaderInfo } from "./leader-info.js";
import { livelyStream } from "./lively-stream.js";
import { Persistence } from "./persistence.js";
import { isFatal } from "./session/failures.js";

/** Servers tell the state again every 5 s. */
const SILENCE_MS = 15_000;

/** How to observe an election. */
export interface ObserveOptions {
  /** Ends the loop, which then throws the signal's reason; also while it waits for a change. Absent: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

type State = LeaderInfo | undefined;

/** See `LockClient.observe`. */
export async function* observe(
  context: ClientContext,
  name: string,
  { signal }: ObserveOptions,
): AsyncGenerator<State, void, undefined> {
  if (typeof name !== "string") throw expected("name", "a string", name);
  const joint = new JointSignal(context.closed, signal);
  const states = new Latest<State>();
  follow(context, name, joint.signal, states).catch((error: unknown) => {
    states.fail(error);
  });
  try {
    let last: { readonly state: State } | undefined;
    for (;;) {
      const state = await states.take();
      joint.signal.throwIfAborted();
      if (last !== undefined && isSame(state, last.state)) continue;
      last = { state };
      yield state;
    }
  } finally {
    joint.abort();
    joint.dispose();
  }
}

/** Puts what the server tells into `states`, over one stream after another. */
async function follow(
  context: ClientContext,
  name: string,
  signal: AbortSignal,
  states: Latest<State>,
): Promise<never> {
  const persistence = new Persistence(context.surroundings, signal);
  let highestToken = 0n;
  for (;;) {
    signal.throwIfAborted();
    let answered = false;
    try {
      const { observe } = LockServiceService;
      for await (const { leader } of livelyStream(context, observe, { name }, SILENCE_MS, signal)) {
        if (!answered) persistence.succeeded();
        answered = true;
        // A server may be behind the one before it.
        if (leader !== undefined && leader.fencingToken < highestToken) continue;
        if (leader !== undefined) highestToken = leader.fencingToken;
        states.put(leader === undefined ? undefined : leaderInfo(leader));
      }
    } catch (thrown) {
      if (signal.aborted || !(thrown instanceof DistributexError) || isFatal(thrown)) throw thrown;
    }
    await persistence.pause();
  }
}

/** The same leader's times may be told a little differently. */
function isSame(a: State, b: State): boolean {
  return a?.fencingToken === b?.fencingToken && a?.value === b?.value;
}
