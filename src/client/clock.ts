import { uptime } from "node:os";

/** A moment on this machine's clocks. */
export interface Moment {
  readonly awakeMs: number;
  readonly uptimeMs: number;
}

/** Now. */
export function moment(): Moment {
  return { awakeMs: performance.now(), uptimeMs: uptime() * 1000 };
}

/**
 * Milliseconds since then, the time that the machine slept included: `performance.now()` stands still while it
 * sleeps, `os.uptime()` does not but moves in steps.
 */
export function elapsedSince(then: Moment): number {
  const now = moment();
  return Math.max(now.awakeMs - then.awakeMs, now.uptimeMs - then.uptimeMs);
}

/** After so many milliseconds awake the uptime is read in any case. */
const READ_UPTIME_MS = 100;
/** The wall clock runs so much differently only when the machine slept or somebody set it. */
const WALL_JUMP_MS = 10;

/** What `SleepAwareClock` reads, in milliseconds. */
export interface Readings {
  /** Stands still while the machine sleeps. */
  readonly awake: () => number;
  /** Jumps when somebody sets it. */
  readonly wall: () => number;
  /** Never stands still, but moves in steps; a hundred times dearer to read than the others. */
  readonly uptime: () => number;
}

const MACHINE: Readings = {
  awake: () => performance.now(),
  wall: () => Date.now(),
  uptime: () => uptime() * 1000,
};

/**
 * What `moment` and `elapsedSince` tell, as one number that never falls, and cheap enough for each message. A sleep
 * also moves the wall clock: only when that has jumped, or now and then, is the uptime read.
 */
export class SleepAwareClock {
  private sleptMs = 0;
  private readonly startOffsetMs: number;
  private wallOffsetMs: number;
  private readAtMs: number;

  constructor(private readonly read: Readings = MACHINE) {
    const awakeMs = read.awake();
    this.startOffsetMs = read.uptime() - awakeMs;
    this.wallOffsetMs = read.wall() - awakeMs;
    this.readAtMs = awakeMs;
  }

  /** Milliseconds since some fixed moment, the time that the machine slept included. */
  now(): number {
    const awakeMs = this.read.awake();
    const wallOffsetMs = this.read.wall() - awakeMs;
    const jumped = Math.abs(wallOffsetMs - this.wallOffsetMs) >= WALL_JUMP_MS;
    if (jumped || awakeMs - this.readAtMs >= READ_UPTIME_MS) {
      this.wallOffsetMs = wallOffsetMs;
      this.readAtMs = awakeMs;
      this.sleptMs = Math.max(this.sleptMs, this.read.uptime() - awakeMs - this.startOffsetMs);
    }
    return awakeMs + this.sleptMs;
  }
}
