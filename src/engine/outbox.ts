/**
 * Tells what happened, in order, after the state that it is about is whole. Who is told may call the engine again:
 * what follows from that is told after what is already due.
 */
export class Outbox<Notice> {
  private readonly notices: Notice[] = [];
  private telling = false;

  constructor(
    private readonly tell: (notice: Notice) => void,
    /** Somebody who was told threw: a fault of ours, which must not keep others from being told. */
    private readonly onFault: (error: unknown) => void,
  ) {}

  push(notice: Notice): void {
    this.notices.push(notice);
  }

  flush(): void {
    if (this.telling) return;
    this.telling = true;
    for (let i = 0; i < this.notices.length; i++) {
      try {
        this.tell(this.notices[i] as Notice);
      } catch (error) {
        this.onFault(error);
      }
    }
    this.notices.length = 0;
    this.telling = false;
  }
}
