import type { Lock } from "../../core/lock.js";

/** A power of two. */
const SHARDS = 256;

/**
 * The locks that are in use, by name, and in slots for walks that take many turns of the event loop: a lock stays
 * in its slot, so a walk meets each lock that lives throughout exactly once.
 */
export class LockTable {
  /** Many small maps: one with a million names stands still for a tenth of a second whenever it is laid out anew. */
  private readonly shards = Array.from({ length: SHARDS }, () => new Map<string, Lock>());
  private count = 0;
  private readonly slots: (Lock | undefined)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.count;
  }

  /** One more than the last slot ever in use. */
  get slotCount(): number {
    return this.slots.length;
  }

  get(name: string): Lock | undefined {
    return this.shardOf(name).get(name);
  }

  at(slot: number): Lock | undefined {
    return this.slots[slot];
  }

  add(lock: Lock): void {
    this.shardOf(lock.name).set(lock.name, lock);
    this.count++;
    lock.slot = this.free.pop() ?? this.slots.length;
    this.slots[lock.slot] = lock;
  }

  remove(lock: Lock): void {
    this.shardOf(lock.name).delete(lock.name);
    this.count--;
    this.slots[lock.slot] = undefined;
    this.free.push(lock.slot);
    lock.slot = -1;
    if (this.count === 0) this.slots.length = this.free.length = 0;
  }

  *[Symbol.iterator](): Generator<Lock> {
    for (const lock of this.slots) if (lock !== undefined) yield lock;
  }

  /** By the end of the name, where names differ most; names made to fall into one shard only make that one large. */
  private shardOf(name: string): Map<string, Lock> {
    const { length } = name;
    let hash = length;
    for (let i = Math.max(0, length - 6); i < length; i++) hash = (hash * 31 + name.charCodeAt(i)) | 0;
    return this.shards[(hash ^ (hash >>> 8)) & (SHARDS - 1)] as Map<string, Lock>;
  }
}
