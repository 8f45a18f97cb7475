/** Steps of long work done in one turn of the event loop. */
const STEPS_A_TURN = 500;

/**
 * Work that may be long, such as ending a session with all that it holds: done in slices, so that nobody else waits
 * for all of it. All that is begun in one turn of the event loop shares that turn's steps; what is left goes on in
 * the turns after it, in order.
 */
export class Chores {
  private chores: Iterator<unknown>[] = [];
  private done = 0;
  private left = STEPS_A_TURN;
  private goesOn = false;
  private working = false;

  /** `later` calls in a later turn of the event loop, as an operation of its own. */
  constructor(private readonly later: (work: () => void) => void) {}

  /** Each `next` of the work is one step. Short work is done when this returns, unless there is other work before it. */
  add(work: Iterator<unknown>): void {
    this.chores.push(work);
    // A step may begin other work: whoever does the steps comes to it.
    if (!this.working) this.doSteps();
  }

  private doSteps(): void {
    this.working = true;
    for (let work = this.chores[this.done]; work !== undefined && this.left > 0; this.left--) {
      if (work.next().done === true) work = this.chores[++this.done];
    }
    this.working = false;
    if (this.done === this.chores.length) {
      this.chores = [];
      this.done = 0;
    }
    this.goOnLater();
  }

  private goOnLater(): void {
    if (this.goesOn) return;
    this.goesOn = true;
    this.later(() => {
      this.goesOn = false;
      this.left = STEPS_A_TURN;
      if (this.chores.length > 0) this.doSteps();
    });
  }
}
