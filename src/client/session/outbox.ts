import type { Operation } from "./operation.js";
import type { Surroundings } from "./surroundings.js";

/** Collects what is asked for in one go, for one message: one alone leaves at once. */
export class Outbox {
  private waiting: Operation[] = [];
  private scheduled = false;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly onFull: () => void,
  ) {}

  push(operation: Operation): void {
    this.waiting.push(operation);
    if (this.scheduled) return;
    this.scheduled = true;
    this.surroundings.afterThis(this.sendOff);
  }

  /** All that waits; then nothing does. */
  take(): readonly Operation[] {
    const { waiting } = this;
    this.waiting = [];
    return waiting;
  }

  private readonly sendOff = (): void => {
    this.scheduled = false;
    if (this.waiting.length > 0) this.onFull();
  };
}
