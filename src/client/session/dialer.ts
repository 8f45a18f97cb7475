import { DistributexError } from "../errors.js";
import { Backoff } from "./backoff.js";
import type { Line, Switchboard } from "./line.js";
import type { Alarm, Surroundings } from "./surroundings.js";

/** Who wants a line. */
export interface DialerListener {
  /** Whether somebody would miss it: a process that nobody misses may end while it pauses. */
  readonly missed: boolean;
  /** There is one, and the dialer is at rest. */
  reached(line: Line): void;
}

/** One search for a server. */
class Search {
  pause: Alarm | undefined;
  /** The process doesn't end during the pause. */
  keepsAlive = true;
}

/** Looks for a server until it is found or not wanted any more. */
export class Dialer {
  /** Why the last stream ended, or no server was found. */
  lastError: DistributexError | undefined;
  private readonly backoff: Backoff;
  private search: Search | undefined;

  constructor(
    private readonly switchboard: Switchboard,
    private readonly surroundings: Surroundings,
    private readonly listener: DialerListener,
  ) {
    this.backoff = new Backoff(() => surroundings.random());
  }

  /** Looks at once. */
  start(): void {
    this.stop();
    this.search = new Search();
    this.call(this.search);
  }

  /** Looks again, later than the last time. */
  startAgain(): void {
    this.stop();
    const search = new Search();
    this.search = search;
    const dial = (): void => {
      this.call(search);
    };
    const pauseMs = this.backoff.nextMs(this.surroundings.now());
    search.keepsAlive = this.listener.missed;
    search.pause = this.surroundings.after(pauseMs, dial, search.keepsAlive);
  }

  /** Somebody misses the line now: a pause during which the process could end is cut short. */
  becomeMissed(): void {
    if (this.search?.keepsAlive === false) this.start();
  }

  stop(): void {
    this.search?.pause?.cancel();
    this.search = undefined;
  }

  /** The server that was found serves. */
  succeeded(): void {
    this.backoff.succeeded(this.surroundings.now());
  }

  /** This line is of no use. */
  giveUp(line: Line): void {
    this.switchboard.giveUp(line);
  }

  private call(search: Search): void {
    this.switchboard.line().then(
      (line) => {
        if (this.search !== search) return;
        this.search = undefined;
        this.listener.reached(line);
      },
      (thrown: unknown) => {
        if (this.search !== search) return;
        this.lastError = DistributexError.from(thrown);
        this.startAgain();
      },
    );
  }
}
