import type { Time } from "../../src/engine/time.js";

/** What the clock shows when a test begins; not 0, so that nobody takes 0 for "now". */
const START_MS = 1_000;
const START_MICROS = 1_700_000_000_000_000n;

/** Time that stands still until the test moves it. */
export class FakeTime implements Time {
  settled = true;
  /** Whether `micros` moves on with the clock: false makes every token come from what was granted before. */
  microsRun = true;
  /** Called after each turn of the event loop: an alarm, or one thing that was put off. */
  onTurn: () => void = () => undefined;
  private ms = START_MS;
  private due: { readonly at: number; readonly run: () => void } | undefined;
  private readonly later: (() => void)[] = [];

  now(): number {
    return this.ms;
  }

  micros(): bigint {
    return START_MICROS + (this.microsRun ? BigInt(Math.floor(this.ms * 1000)) : 0n);
  }

  alarm(at: number, run: () => void): void {
    this.due = at === Infinity ? undefined : { at, run };
  }

  soon(run: () => void): void {
    this.later.push(run);
  }

  stop(): void {
    this.due = undefined;
  }

  /** When the alarm is to ring; `Infinity`: none is set. */
  get alarmAt(): number {
    return this.due?.at ?? Infinity;
  }

  /** Moves the clock, ringing each alarm at its very moment. */
  advance(ms: number): void {
    const until = this.ms + ms;
    this.turn();
    while (this.settled && this.alarmAt <= until) {
      this.ms = Math.max(this.ms, this.alarmAt);
      this.ring();
    }
    this.ms = until;
  }

  /** Moves the clock while no alarm rings, as when the process is busy. */
  jump(ms: number): void {
    this.ms += ms;
  }

  /** Rings the alarm if its moment has come, however late. */
  ring(): void {
    const { due } = this;
    if (due === undefined || due.at > this.ms) return;
    this.due = undefined;
    due.run();
    this.onTurn();
    this.turn();
  }

  /** One thing that was put off to a later turn of the event loop; false: there was none. */
  oneTurn(): boolean {
    const run = this.later.shift();
    if (run === undefined) return false;
    run();
    this.onTurn();
    return true;
  }

  /** Everything that was put off to later turns. */
  turn(): void {
    while (this.oneTurn());
  }
}
