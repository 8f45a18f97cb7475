import { randomInt } from "node:crypto";
import type { Lock } from "../../core/lock.js";

/** Powers of two. */
const SHARDS = 256;
const SMALLEST = 8;

/** The locks of one shard, in chains by the hash of their names. */
class Shard {
  private buckets: (Lock | undefined)[] = new Array<Lock | undefined>(SMALLEST).fill(undefined);
  private count = 0;

  get(name: string, hash: number): Lock | undefined {
    let lock = this.buckets[hash & (this.buckets.length - 1)];
    while (lock !== undefined && (lock.hash !== hash || lock.name !== name)) lock = lock.nextInBucket;
    return lock;
  }

  add(lock: Lock): void {
    if (this.count++ === this.buckets.length) this.layOut(2 * this.count);
    this.link(lock);
  }

  remove(lock: Lock): void {
    const bucket = lock.hash & (this.buckets.length - 1);
    let before: Lock | undefined;
    for (let it = this.buckets[bucket]; it !== undefined && it !== lock; it = it.nextInBucket) before = it;
    if (before === undefined) this.buckets[bucket] = lock.nextInBucket;
    else before.nextInBucket = lock.nextInBucket;
    lock.nextInBucket = undefined;
    if (--this.count === 0 && this.buckets.length > SMALLEST) this.layOut(SMALLEST);
  }

  private layOut(size: number): void {
    const old = this.buckets;
    this.buckets = new Array<Lock | undefined>(size).fill(undefined);
    for (const first of old) {
      for (let lock = first; lock !== undefined;) {
        const next = lock.nextInBucket;
        this.link(lock);
        lock = next;
      }
    }
  }

  private link(lock: Lock): void {
    const bucket = lock.hash & (this.buckets.length - 1);
    lock.nextInBucket = this.buckets[bucket];
    this.buckets[bucket] = lock;
  }
}

/**
 * The locks that are in use, by name, and in slots for walks that take many turns of the event loop: a lock stays
 * in its slot, so a walk meets each lock that lives throughout exactly once.
 *
 * Not a Map: locks come and go with every acquire and release, and a Map lays itself out anew every few changes, which
 * costs the garbage collector a fifth of the server's time. And many small tables, since one with a million names
 * would stand still for a tenth of a second whenever it grows.
 */
export class LockTable {
  private readonly shards = Array.from({ length: SHARDS }, () => new Shard());
  /** Nobody outside can know which names share a chain. */
  private readonly seed = randomInt(2 ** 32 - 1) | 1;
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
    const hash = this.hashOf(name);
    return this.shardOf(hash).get(name, hash);
  }

  at(slot: number): Lock | undefined {
    return this.slots[slot];
  }

  add(lock: Lock): void {
    lock.hash = this.hashOf(lock.name);
    this.shardOf(lock.hash).add(lock);
    this.count++;
    lock.slot = this.free.pop() ?? this.slots.length;
    this.slots[lock.slot] = lock;
  }

  remove(lock: Lock): void {
    this.shardOf(lock.hash).remove(lock);
    this.count--;
    this.slots[lock.slot] = undefined;
    this.free.push(lock.slot);
    lock.slot = -1;
    if (this.count === 0) this.slots.length = this.free.length = 0;
  }

  *[Symbol.iterator](): Generator<Lock> {
    for (const lock of this.slots) if (lock !== undefined) yield lock;
  }

  /** The shard takes the upper bits, its bucket the lower ones. */
  private shardOf(hash: number): Shard {
    return this.shards[hash >>> 24] as Shard;
  }

  private hashOf(name: string): number {
    const { seed } = this;
    let hash = seed;
    for (let i = 0; i < name.length; i++)
      hash = Math.imul(hash ^ name.charCodeAt(i), 0x5bd1e995) ^ (hash >>> 15);
    hash = Math.imul(hash ^ (hash >>> 13), seed);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}
