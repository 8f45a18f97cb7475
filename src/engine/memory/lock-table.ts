import type { Lock } from "../../core/lock.js";

/**
 * The locks that are in use, by name, and in slots for walks that take many turns of the event loop: a lock stays
 * in its slot, so a walk meets each lock that lives throughout exactly once.
 */
export class LockTable {
  private readonly byName = new Map<string, Lock>();
  private readonly slots: (Lock | undefined)[] = [];
  private readonly free: number[] = [];

  get size(): number {
    return this.byName.size;
  }

  /** One more than the last slot ever in use. */
  get slotCount(): number {
    return this.slots.length;
  }

  get(name: string): Lock | undefined {
    return this.byName.get(name);
  }

  at(slot: number): Lock | undefined {
    return this.slots[slot];
  }

  add(lock: Lock): void {
    this.byName.set(lock.name, lock);
    lock.slot = this.free.pop() ?? this.slots.length;
    this.slots[lock.slot] = lock;
  }

  remove(lock: Lock): void {
    this.byName.delete(lock.name);
    this.slots[lock.slot] = undefined;
    this.free.push(lock.slot);
    lock.slot = -1;
    if (this.byName.size === 0) this.slots.length = this.free.length = 0;
  }

  *[Symbol.iterator](): Generator<Lock> {
    for (const lock of this.slots) if (lock !== undefined) yield lock;
  }
}
