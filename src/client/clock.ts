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
