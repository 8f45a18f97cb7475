/** What can be in a bag: one at a time. */
export interface Bagged {
  /** Its place in its bag; -1: it is in none. */
  bagIndex: number;
}

/**
 * A set without order for what comes and goes all the time: a Set would lay itself out anew every few changes, and
 * leave what it was to the slow half of the garbage collector.
 */
export class Bag<T extends Bagged> {
  private readonly entries: T[] = [];

  get size(): number {
    return this.entries.length;
  }

  /** Any of them; undefined: there is none. */
  get any(): T | undefined {
    return this.entries[this.entries.length - 1];
  }

  /** Puts in an entry that is in no bag. */
  add(entry: T): void {
    entry.bagIndex = this.entries.push(entry) - 1;
  }

  /** No effect on what is not in this bag. */
  remove(entry: T): void {
    const { bagIndex } = entry;
    if (this.entries[bagIndex] !== entry) return;
    entry.bagIndex = -1;
    const last = this.entries.pop() as T;
    if (last === entry) return;
    this.entries[bagIndex] = last;
    last.bagIndex = bagIndex;
  }
}
