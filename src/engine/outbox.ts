/** Notices told between two looks at the clock. */
const BETWEEN_LOOKS = 32;
/** How long it tells before it lets others have a turn of the event loop. */
const SLICE_MS = 4;

/** Where an outbox gets its turns of the event loop. */
export interface OutboxTime {
  now(): number;
  soon(run: () => void): void;
}

/**
 * Tells what happened, in order, after the state that it is about is whole. Who is told may call the engine again:
 * what follows from that is told after what is already due. Telling very many goes on in later turns of the event
 * loop.
 */
export class Outbox<Notice> {
  private readonly notices: Notice[] = [];
  private telling = false;
  private goesOn = false;
  private next = 0;

  constructor(
    private readonly tell: (notice: Notice) => void,
    /** Somebody who was told threw: a fault of ours, which must not keep others from being told. */
    private readonly onFault: (error: unknown) => void,
    private readonly time: OutboxTime,
  ) {}

  /** What is pushed now is told before the flush that follows returns. */
  get isPrompt(): boolean {
    return !this.telling && !this.goesOn && this.notices.length < BETWEEN_LOOKS;
  }

  push(notice: Notice): void {
    this.notices.push(notice);
  }

  flush(): void {
    // Who pushed while others are told, or are still to be told, has his turn after them.
    if (this.telling || this.goesOn) return;
    this.tellSome();
  }

  private tellSome(): void {
    this.telling = true;
    let until: number | undefined;
    while (this.next < this.notices.length) {
      if (this.next % BETWEEN_LOOKS === BETWEEN_LOOKS - 1) {
        const now = this.time.now();
        until ??= now + SLICE_MS;
        if (now >= until) {
          this.goOnLater();
          return;
        }
      }
      try {
        this.tell(this.notices[this.next++] as Notice);
      } catch (error) {
        this.onFault(error);
      }
    }
    this.notices.length = this.next = 0;
    this.telling = false;
  }

  private goOnLater(): void {
    this.notices.splice(0, this.next);
    this.next = 0;
    this.telling = false;
    this.goesOn = true;
    this.time.soon(() => {
      this.goesOn = false;
      this.tellSome();
    });
  }
}
