/**
 * Milliseconds by which a lease is counted as lost before the server can grant it again: for clocks that run
 * unequally (a thousandth) and for the holder to stop in time (a tenth, at most a second).
 */
export function safetyMargin(ttlMs: number): number {
  return Math.max(ttlMs / 1000, Math.min(1000, ttlMs / 10));
}
