import type { Alarm, Surroundings } from "./surroundings.js";

/** One timer for many deadlines. A deadline that has moved away costs nothing: it rings early, and is set again. */
export class LazyAlarm {
  private alarm: Alarm | undefined;
  private dueAt = Infinity;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly onRing: () => void,
  ) {}

  /** Rings at that time at the latest. */
  by(dueAt: number, now: number): void {
    if (dueAt >= this.dueAt) return;
    this.alarm?.cancel();
    this.dueAt = dueAt;
    this.alarm = this.surroundings.after(dueAt - now, this.ring);
  }

  off(): void {
    this.alarm?.cancel();
    this.alarm = undefined;
    this.dueAt = Infinity;
  }

  private readonly ring = (): void => {
    this.alarm = undefined;
    this.dueAt = Infinity;
    this.onRing();
  };
}
