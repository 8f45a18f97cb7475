import type { ClientContext } from "./context.js";
import { expected } from "./duration.js";
import type { HeldLease } from "./held-lease.js";
import { JointSignal } from "./joint-signal.js";
import type { AcquireOptions } from "./options.js";
import { Persistence } from "./persistence.js";
import { Term } from "./term.js";

/** How to stand for election. */
export interface CampaignOptions extends Pick<AcquireOptions, "ttl" | "onQueued"> {
  /**
   * What to publish once elected, 1 to 4096 bytes, for example an address. Absent: the client's owner label, or its
   * host where that is empty.
   */
  readonly value?: string | undefined;
  /**
   * Ends the loop, which then throws the signal's reason, and leaves the queue; also while it waits to be elected. A
   * term is resigned when the loop's body is done. Absent: nothing does.
   */
  readonly signal?: AbortSignal | undefined;
}

/** See `LockClient.campaign`. */
export async function* campaign(
  context: ClientContext,
  acquire: (options: AcquireOptions) => Promise<HeldLease>,
  { value = ownValue(context), ttl, signal: asked, onQueued }: CampaignOptions,
): AsyncGenerator<Term, void, undefined> {
  // A lease stands for election by having a value.
  if (typeof value !== "string" || value === "") throw expected("value", "a string that is not empty", value);
  for (;;) {
    const joint = new JointSignal(context.closed, asked);
    const { signal } = joint;
    let term: Term | undefined;
    try {
      const elected = () => acquire({ value, ttl, signal, onQueued });
      const lease = await new Persistence(context.surroundings, signal).untilDone(elected);
      term = new Term(context, lease, value);
      signal.throwIfAborted();
      yield term;
    } finally {
      joint.dispose();
      await term?.[Symbol.asyncDispose]();
    }
  }
}

function ownValue({ settings: { owner } }: ClientContext): string {
  return owner.label === "" ? owner.host : owner.label;
}
