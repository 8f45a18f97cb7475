/** What is done of long work in one turn of the event loop, in steps. */
const STEPS_A_TURN = 200;

/** Long work: each `next` does a little of it, and says how many steps that was. */
export type Work = Iterator<number, unknown>;

/**
 * Work that may be long, such as ending a session with all that it holds: done in slices, so that nobody else waits
 * for all of it. All that is begun in one turn of the event loop shares that turn's steps; what is left goes on in
 * the turns after it, in order.
 */
export class Chores {
  private chores: Work[] = [];
  private done = 0;
  private left = STEPS_A_TURN;
  private goesOn = false;
  private working = false;

  /** `later` calls in a later turn of the event loop, as an operation of its own. */
  constructor(private readonly later: (work: () => void) => void) {}

  /** Short work is done when this returns, unless there is other work before it. */
  add(work: Work): void {
    this.chores.push(work);
    // A step may begin other work: whoever does the steps comes to it.
    if (!this.working) this.doSteps();
  }

  /** For what has had its share of this turn. */
  addLater(work: Work): void {
    this.chores.push(work);
    this.goOnLater();
  }

  private doSteps(): void {
    this.working = true;
    for (let work = this.chores[this.done]; work !== undefined && this.left > 0;) {
      const step = work.next();
      if (step.done === true) work = this.chores[++this.done];
      this.left -= step.done === true ? 1 : step.value;
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
