import type { HeldLease } from "../../src/client/index.js";
import type { Belief } from "./history.js";
import { monotonic } from "./time.js";

interface Watched {
  readonly belief: Belief & { until: number };
  readonly lease: HeldLease;
  /** It has counted as lost or released: for good. */
  over: boolean;
}

/** Sees which leases the clients of this process believe in, and when. */
export class Witness {
  readonly beliefs: Belief[] = [];
  /** What no lease and no client may do. */
  readonly faults: string[] = [];
  private readonly watched = new Map<HeldLease, Watched>();

  /** To be called the moment an acquire resolves. All others are asked at once whether they still believe. */
  granted(client: string, lease: HeldLease): void {
    const from = monotonic();
    if (lease.held) {
      const { name: lock, mode, fencingToken: token } = lease;
      const belief = { client, lock, mode, token, from, until: from };
      this.beliefs.push(belief);
      this.watched.set(lease, { belief, lease, over: false });
      lease.signal.addEventListener("abort", () => {
        if (lease.held) this.faults.push(`${client} believes in "${lock}" when its signal has aborted`);
      });
    }
    this.sample();
  }

  /** Asks all leases whether they are held. */
  sample(): void {
    for (const watched of this.watched.values()) this.ask(watched);
  }

  /** To be called right before a lease is released, or what holds it is closed. */
  released(lease: HeldLease): void {
    const watched = this.watched.get(lease);
    if (watched === undefined) return;
    this.ask(watched);
    this.watched.delete(lease);
  }

  private ask(watched: Watched): void {
    const { belief, lease } = watched;
    const now = monotonic();
    // Each of these looks at the clock, and time passes between them: what is over stays so.
    const { aborted } = lease.signal;
    const { held } = lease;
    if (held && aborted) this.fault(belief, "is held after its signal has aborted");
    if (held && watched.over) this.fault(belief, "came back");
    if (held) belief.until = now;
    else watched.over = true;
    const { state } = lease;
    if (!held && (state === "held" || state === "unconfirmed"))
      this.fault(belief, `is ${state} but not held`);
  }

  private fault({ client, lock, token }: Belief, what: string): void {
    this.faults.push(`the lease of ${client} of "${lock}" with token ${token} ${what}`);
  }
}
