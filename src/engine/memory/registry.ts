import { randomFillSync } from "node:crypto";
import type { Lease, Ticket } from "../../core/lock.js";

/** Fills a buffer with random bytes; a parameter so that tests can repeat a run. */
export type RandomBytes = (buffer: Buffer) => void;

const SECRET_BYTES = 16;
const POOL_BYTES = 512 * SECRET_BYTES;

/**
 * Tickets and leases by their secret id. An id is `l`, the entry's slot, `_` and 128 random bits: the slot finds
 * the entry without hashing, the whole id proves it.
 */
export class Registry {
  private readonly slots: (Ticket | Lease | undefined)[] = [];
  private readonly free: number[] = [];
  private readonly pool = Buffer.allocUnsafe(POOL_BYTES);
  private used = POOL_BYTES;

  constructor(private readonly random: RandomBytes = randomFillSync) {}

  /** A fresh id, with a slot that is taken until `drop`. */
  newId(): string {
    const slot = this.free.pop() ?? this.slots.push(undefined) - 1;
    return `l${slot.toString(36)}_${this.secret()}`;
  }

  /** Files a ticket under its id, or the lease that it has become. */
  put(entry: Ticket | Lease): void {
    this.slots[slotOf(entry.id)] = entry;
  }

  get(id: string): Ticket | Lease | undefined {
    const entry = this.slots[slotOf(id)];
    return entry?.id === id ? entry : undefined;
  }

  drop(entry: Ticket | Lease): void {
    const slot = slotOf(entry.id);
    this.slots[slot] = undefined;
    this.free.push(slot);
    if (this.free.length === this.slots.length) this.slots.length = this.free.length = 0;
  }

  /** Names a session; no secret, and found nowhere by it. */
  newSessionId(): string {
    return `s_${this.secret().slice(0, 16)}`;
  }

  private secret(): string {
    if (this.used === POOL_BYTES) {
      this.random(this.pool);
      this.used = 0;
    }
    return this.pool.toString("hex", this.used, (this.used += SECRET_BYTES));
  }
}

/** The slot in an id, or -1: between the leading letter and the `_`, in base 36. */
function slotOf(id: string): number {
  let slot = 0;
  for (let i = 1; i < id.length; i++) {
    const code = id.charCodeAt(i);
    if (code === 95 /* _ */) return i === 1 ? -1 : slot;
    if (code >= 48 && code <= 57) slot = slot * 36 + code - 48;
    else if (code >= 97 && code <= 122) slot = slot * 36 + code - 87;
    else return -1;
    if (slot > Number.MAX_SAFE_INTEGER) return -1;
  }
  return -1;
}
