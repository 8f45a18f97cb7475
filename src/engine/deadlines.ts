import type { Due } from "../core/lock.js";

/**
 * Everything that has a deadline, the earliest first: a binary heap whose entries know their place, so that any of
 * them is moved or removed in O(log n), and in O(1) where deadlines mostly grow.
 */
export class Deadlines<T extends Due> {
  private readonly heap: T[] = [];

  get size(): number {
    return this.heap.length;
  }

  /** The earliest deadline; `Infinity`: there is none. */
  get nextAt(): number {
    return this.heap[0]?.dueAt ?? Infinity;
  }

  /** Puts an entry where its `dueAt` says: in, elsewhere, or out when it is `Infinity`. */
  place(entry: T): void {
    if (entry.dueAt === Infinity) this.remove(entry);
    else if (entry.dueIndex === -1) this.siftUp(entry, this.heap.push(entry) - 1);
    else if (!this.siftUp(entry, entry.dueIndex)) this.siftDown(entry, entry.dueIndex);
  }

  remove(entry: T): void {
    const { dueIndex } = entry;
    if (dueIndex === -1) return;
    entry.dueIndex = -1;
    const last = this.heap.pop();
    if (last === undefined || last === entry) return;
    if (!this.siftUp(last, dueIndex)) this.siftDown(last, dueIndex);
  }

  /** Takes out an entry whose deadline has come. */
  takeDue(now: number): T | undefined {
    const first = this.heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    this.remove(first);
    return first;
  }

  private siftUp(entry: T, from: number): boolean {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.at(above);
      if (parent.dueAt <= entry.dueAt) break;
      this.put(parent, index);
      index = above;
    }
    this.put(entry, index);
    return index !== from;
  }

  private siftDown(entry: T, from: number): void {
    let index = from;
    for (;;) {
      let below = 2 * index + 1;
      if (below >= this.heap.length) break;
      if (below + 1 < this.heap.length && this.at(below + 1).dueAt < this.at(below).dueAt) below++;
      const child = this.at(below);
      if (child.dueAt >= entry.dueAt) break;
      this.put(child, index);
      index = below;
    }
    this.put(entry, index);
  }

  private put(entry: T, index: number): void {
    this.heap[index] = entry;
    entry.dueIndex = index;
  }

  private at(index: number): T {
    return this.heap[index] as T;
  }
}
