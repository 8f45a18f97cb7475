import { vi } from "vitest";

interface Timer {
  at: number;
  readonly everyMs: number | undefined;
  readonly run: () => void;
}

/**
 * Node's event loop with its phases, as far as a clock can see it: all timers that are due, then what the sockets
 * brought, then the immediates that were set before. The test moves the clock.
 */
export class EventLoop {
  ms = 5_000;
  private timers: Timer[] = [];
  private immediates: (() => void)[] = [];
  private arrived: (() => void)[] = [];

  /** Puts itself in the place of the global timers, until `vi.unstubAllGlobals()`. */
  install(): void {
    vi.stubGlobal("setTimeout", (run: () => void, ms: number) => this.addTimer(run, ms, undefined));
    vi.stubGlobal("setInterval", (run: () => void, ms: number) => this.addTimer(run, ms, ms));
    vi.stubGlobal("setImmediate", (run: () => void) => this.immediates.push(run));
    for (const clear of ["clearTimeout", "clearInterval"]) {
      vi.stubGlobal(clear, (timer: Timer | undefined) => {
        this.timers = this.timers.filter((other) => other !== timer);
      });
    }
  }

  /** A packet that lies in a socket's buffer until the loop reads it. */
  arrive(read: () => void): void {
    this.arrived.push(read);
  }

  /** Runs for so long, one turn each millisecond. */
  run(ms: number): void {
    for (let i = 0; i < ms; i++) {
      this.ms++;
      this.turn();
    }
  }

  /** Something keeps the loop busy: the clock runs, nothing else does. */
  stall(ms: number): void {
    this.ms += ms;
  }

  turn(): void {
    const due = this.timers.filter(({ at }) => at <= this.ms).sort((a, b) => a.at - b.at);
    for (const timer of due) if (this.timers.includes(timer)) this.fire(timer);
    for (const read of this.arrived.splice(0)) read();
    for (const run of this.immediates.splice(0)) run();
  }

  private fire(timer: Timer): void {
    if (timer.everyMs === undefined) this.timers = this.timers.filter((other) => other !== timer);
    else timer.at = this.ms + timer.everyMs;
    timer.run();
  }

  private addTimer(run: () => void, ms: number, everyMs: number | undefined): object {
    // Node fires at once what is asked for later than this, and nothing earlier than in a millisecond.
    const timer = { at: this.ms + (ms > 2 ** 31 - 1 ? 1 : Math.max(1, ms)), everyMs, run };
    this.timers.push(timer);
    return Object.assign(timer, { unref: () => timer });
  }
}
