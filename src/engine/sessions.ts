import type { Due, Lease, Ticket } from "../core/lock.js";
import type { SessionHandle } from "./engine.js";

/**
 * How long a lease without end outlives a stream that fell silent: such a session has no ttl to run to, and must
 * not hold for ever what nobody may be there to release.
 */
const ENDLESS_SILENCE_MS = 30_000;

/** What an engine keeps of one session. `dueAt` is when it ends; `Infinity` while its stream lives. */
export class Session implements SessionHandle, Due {
  readonly kind = "session";
  readonly leases = new Set<Lease>();
  readonly tickets = new Set<Ticket>();
  dueAt = Infinity;
  dueIndex = -1;
  ended = false;
  /** The server gave its connection up: whoever is behind it can't be told of a grant. */
  silent = false;

  constructor(
    readonly id: string,
    readonly ttlMs: number,
    readonly graceMs: number,
    private readonly onStreamLost: (session: Session, how: "gone" | "silent") => void,
  ) {}

  streamLost(how: "gone" | "silent"): void {
    this.onStreamLost(this, how);
  }

  /** What its leases have left: all of the ttl while its stream lives. */
  remainingMs(now: number): number {
    return this.dueAt === Infinity ? this.ttlMs : this.dueAt - now;
  }

  /** Its tickets must not be granted any more. */
  isAbandoned(now: number): boolean {
    return this.ended || this.silent || this.dueAt <= now;
  }

  /** How long its leases outlive its stream. */
  outlives(how: "gone" | "silent"): number {
    if (how === "gone") return this.graceMs;
    return this.ttlMs === Infinity ? ENDLESS_SILENCE_MS : this.ttlMs;
  }
}
