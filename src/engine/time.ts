/** Time as the engine sees it: monotonic milliseconds, and one alarm. */
export interface Time {
  now(): number;
  /** Microseconds since 1970 by the wall clock at the start, running on monotonically: what tokens grow with. */
  micros(): bigint;
  /** False just after a stall: what came in meanwhile is to be read before anything expires. */
  readonly settled: boolean;
  /** Calls `run` once at that moment or a little later; replaces the alarm before. `Infinity`: none. */
  alarm(at: number, run: () => void): void;
  /** Calls `run` in a later turn of the event loop. */
  soon(run: () => void): void;
  stop(): void;
}

const TICK_MS = 100;
/** A timer later than this is a stall. */
const STALL_MS = 250;
/** setTimeout fires at once when it is asked for more. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * The process's own time. It never runs faster than real time and stands still while the event loop stalls, so a
 * stall adds itself to every deadline: whoever could not be heard meanwhile has lost nothing.
 */
export class SystemTime implements Time {
  settled = true;
  private lost = 0;
  private lastTick: number;
  private readonly ticker: NodeJS.Timeout;
  private timeout: NodeJS.Timeout | undefined;
  private due: { readonly at: number; readonly run: () => void } | undefined;
  private readonly startMicros: number;

  constructor(
    private readonly source: () => number = () => performance.now(),
    wallMs: number = Date.now(),
  ) {
    this.lastTick = source();
    this.startMicros = wallMs * 1000 - this.lastTick * 1000;
    this.ticker = setInterval(() => {
      this.tick();
    }, TICK_MS).unref();
  }

  now(): number {
    let now = this.source() - this.lost;
    const ahead = now - (this.lastTick + TICK_MS + STALL_MS);
    if (ahead > 0) {
      this.lost += ahead;
      now -= ahead;
      this.unsettle();
    }
    return now;
  }

  micros(): bigint {
    return BigInt(Math.floor(this.startMicros + this.source() * 1000));
  }

  alarm(at: number, run: () => void): void {
    clearTimeout(this.timeout);
    this.timeout = undefined;
    this.due = at === Infinity ? undefined : { at, run };
    if (this.due !== undefined && this.settled) this.arm(this.due.at);
  }

  soon(run: () => void): void {
    setImmediate(run);
  }

  stop(): void {
    clearInterval(this.ticker);
    clearTimeout(this.timeout);
    this.due = undefined;
  }

  private tick(): void {
    this.lastTick = this.now();
  }

  private arm(at: number): void {
    const wait = Math.min(Math.max(0, Math.ceil(at - this.now())), LONGEST_TIMEOUT_MS);
    this.timeout = setTimeout(() => {
      this.ring();
    }, wait).unref();
  }

  private ring(): void {
    this.timeout = undefined;
    const { due } = this;
    if (due === undefined) return;
    const now = this.now();
    // A stall seen just now has the sockets read first: `unsettle` sets the alarm again.
    if (!this.settled) return;
    if (now < due.at) {
      this.arm(due.at);
      return;
    }
    this.due = undefined;
    due.run();
  }

  /** Two turns of the event loop from a timer: in between, every socket has been read once. */
  private unsettle(): void {
    if (!this.settled) return;
    this.settled = false;
    setImmediate(() => {
      setImmediate(() => {
        this.settle();
      });
    });
  }

  /** What is over by now is so at once: a loop that stalls turn after turn would never come to it by a timer. */
  private settle(): void {
    const now = this.now();
    this.settled = true;
    const { due } = this;
    if (due === undefined) return;
    if (due.at > now) {
      this.alarm(due.at, due.run);
    } else {
      this.due = undefined;
      due.run();
    }
  }
}
