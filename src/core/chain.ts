/** What can be in a Chain: one chain at a time. */
export interface Link<T> {
  prev: T | undefined;
  next: T | undefined;
}

/** A list in order of arrival from which anything is removed in O(1), with no memory of its own per entry. */
export class Chain<T extends Link<T>> {
  first: T | undefined = undefined;
  last: T | undefined = undefined;
  size = 0;

  push(entry: T): void {
    entry.prev = this.last;
    if (this.last === undefined) this.first = entry;
    else this.last.next = entry;
    this.last = entry;
    this.size++;
  }

  remove(entry: T): void {
    if (entry.prev === undefined) this.first = entry.next;
    else entry.prev.next = entry.next;
    if (entry.next === undefined) this.last = entry.prev;
    else entry.next.prev = entry.prev;
    entry.prev = undefined;
    entry.next = undefined;
    this.size--;
  }

  /** The entries from the first on; the one just given may be removed meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let entry = this.first, next: T | undefined; entry !== undefined; entry = next) {
      next = entry.next;
      yield entry;
    }
  }
}
