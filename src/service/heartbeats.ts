const LONGEST_INTERVAL_MS = 10_000;

/**
 * Beats every min(ttl/3, 10 s), so that a client sees a connection that swallows everything; some load balancers
 * do not pass HTTP/2 pings on. The function returned stops it.
 */
export function heartbeats(ttlMs: number, beat: () => void): () => void {
  const timer = setInterval(beat, Math.min(ttlMs / 3, LONGEST_INTERVAL_MS)).unref();
  return () => {
    clearInterval(timer);
  };
}
