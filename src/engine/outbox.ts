/**
 * Tells what happened, in order, after the state that it is about is whole. Who is told may call the engine again:
 * what follows from that is told after what is already due.
 */
export class Outbox<Notice> {
  private readonly notices: Notice[] = [];
  private telling = false;
  private next = 0;

  constructor(
    private readonly tell: (notice: Notice) => void,
    /** Somebody who was told threw: a fault of ours, which must not keep others from being told. */
    private readonly onFault: (error: unknown) => void,
  ) {}

  /** Somebody is being told right now. */
  get isTelling(): boolean {
    return this.telling;
  }

  push(notice: Notice): void {
    this.notices.push(notice);
  }

  /** Whether a notice like this is still to be told. */
  holds(matches: (notice: Notice) => boolean): boolean {
    return this.notices.some((notice, i) => i >= this.next && matches(notice));
  }

  flush(): void {
    if (this.telling) return;
    this.telling = true;
    while (this.next < this.notices.length) {
      try {
        this.tell(this.notices[this.next++] as Notice);
      } catch (error) {
        this.onFault(error);
      }
    }
    this.notices.length = this.next = 0;
    this.telling = false;
  }
}
