/** When the messages of one stream were sent that the server isn't known to have kept yet. */
export class SentMessages {
  /** Sending times by seq, from `first` on; those before `head` are done with. */
  private times: number[] = [];
  private head = 0;
  private newest = 0;
  /** When the newest message that is known as kept was sent. Undefined: none is. */
  keptAt: number | undefined;

  /** The next message's seq; it is sent now. */
  add(now: number): number {
    this.times.push(now);
    return ++this.newest;
  }

  /** The seq of the newest message. */
  get newestSeq(): number {
    return this.newest;
  }

  /** When the oldest message that isn't known as kept was sent. Undefined: all are kept. */
  get oldestAt(): number | undefined {
    return this.times[this.head];
  }

  /** When the newest message up to this seq was sent, as far as that moves the proof; else the newest one kept so far. */
  sentAt(kept: number): number | undefined {
    const { times, head } = this;
    const count = Math.min(kept - this.keptSeq, times.length - head);
    return count > 0 ? times[head + count - 1] : this.keptAt;
  }

  /** The server has kept all messages up to this seq. One that it can't know is read as the newest. */
  keep(kept: number): void {
    const count = Math.min(kept - this.keptSeq, this.times.length - this.head);
    if (count <= 0) return;
    this.keptAt = this.times[this.head + count - 1];
    this.head += count;
    if (this.head === this.times.length) {
      this.times.length = 0;
      this.head = 0;
    } else if (this.head >= 1024) {
      this.times = this.times.slice(this.head);
      this.head = 0;
    }
  }

  private get keptSeq(): number {
    return this.newest - (this.times.length - this.head);
  }
}
