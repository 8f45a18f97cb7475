import { SleepAwareClock } from "../clock.js";

/** Something that will happen unless it is called off. */
export interface Alarm {
  cancel(): void;
}

/** All that a session knows of the world but its server. */
export interface Surroundings {
  /** Milliseconds since some fixed moment, the time that the machine slept included. */
  now(): number;
  /** Calls back once, not before so many milliseconds have passed awake. Absent `keepsAlive`: the process may end first. */
  after(ms: number, callback: () => void, keepsAlive?: boolean): Alarm;
  /** Calls back when what runs now is done, with all that its promises bring about. */
  afterThis(callback: () => void): void;
  /** Calls back when this turn's input has been dealt with. */
  soon(callback: () => void): void;
  /** 0 to less than 1. */
  random(): number;
}

/** What a longer `setTimeout` would be cut to anyway. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** This machine. */
export class Machine implements Surroundings {
  private readonly clock = new SleepAwareClock();

  now(): number {
    return this.clock.now();
  }

  after(ms: number, callback: () => void, keepsAlive = false): Alarm {
    const timer = setTimeout(callback, Math.min(Math.max(1, Math.ceil(ms)), LONGEST_TIMEOUT_MS));
    if (!keepsAlive) timer.unref();
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  }

  afterThis(callback: () => void): void {
    process.nextTick(callback);
  }

  soon(callback: () => void): void {
    setImmediate(callback);
  }

  random(): number {
    return Math.random();
  }
}
