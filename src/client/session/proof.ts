import { safetyMargin } from "../margin.js";

/** How long a session lives without its client, in milliseconds, as the server says in `opened`. */
export interface Lives {
  readonly ttlMs: number;
  /** 0: its leases end with its stream. */
  readonly graceMs: number;
}

/** For how long after a message that is known as kept the leases stand, whatever happens to the stream. */
export function guaranteeOf({ ttlMs, graceMs }: Lives): number {
  return graceMs === 0 ? ttlMs : Math.min(ttlMs, graceMs);
}

/**
 * Until when a session's leases count as held: a guaranteed time after the *sending* of the newest message that the
 * server is known to have kept, less a margin; never after the coming of an answer. Outlives the streams.
 */
export class Proof {
  /** When that message was sent. Undefined: nothing is proven. */
  private sentAt: number | undefined;
  private guarantee: number;

  constructor(lives: Lives) {
    this.guarantee = guaranteeOf(lives);
  }

  get guaranteeMs(): number {
    return this.guarantee;
  }

  /** The lives that the server goes by. */
  agree(lives: Lives): void {
    this.guarantee = guaranteeOf(lives);
  }

  /** A message that was sent then is kept. */
  keep(sentAt: number): void {
    if (this.sentAt === undefined || sentAt > this.sentAt) this.sentAt = sentAt;
  }

  /** Nothing is proven any more; what comes begins anew. */
  reset(): void {
    this.sentAt = undefined;
  }

  get exists(): boolean {
    return this.sentAt !== undefined;
  }

  /** Where nothing is proven, that was over before it began. */
  get heldUntil(): number {
    if (this.sentAt === undefined) return -Infinity;
    return this.sentAt + this.guarantee - safetyMargin(this.guarantee);
  }

  /** Whether there was a proof and its time has passed. */
  isOver(now: number): boolean {
    return this.sentAt !== undefined && now >= this.heldUntil;
  }

  /** When `isOver` becomes true; Infinity: there is no proof. */
  get endsAt(): number {
    return this.sentAt === undefined ? Infinity : this.heldUntil;
  }
}
