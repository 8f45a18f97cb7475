import { formatDuration } from "../../contract/duration.js";
import type { Policy } from "../../core/policy.js";
import type { EngineGuarantees } from "../engine.js";

/** What the memory engine can promise under these pools and this `startdelay`. */
export function memoryGuarantees(pools: readonly Policy[], startDelayMs: number): EngineGuarantees {
  const longestTtlMs = Math.max(0, ...pools.map((pool) => pool.maxTtlMs));
  const exclusionOverRestart = startDelayMs >= longestTtlMs;
  return {
    exclusion: true,
    exclusionOverRestart,
    stateOverRestart: false,
    sharedByServers: false,
    enumerates: true,
    longestTtlMs,
    startDelayMs,
    notes: [
      "A restart forgets all leases and queues.",
      overRestart(exclusionOverRestart, longestTtlMs),
      "Fencing tokens rise over a restart as long as the wall clock at the start is later than at the last grant; while the server runs they do not depend on the wall clock.",
    ],
  };
}

function overRestart(exclusion: boolean, longestTtlMs: number): string {
  const before = "A lease from before a restart";
  if (exclusion)
    return `${before} has ended before anything is granted: startdelay is at least the longest ttl.`;
  const gap = `${before} may be granted again while its holder still believes in it`;
  if (longestTtlMs === Infinity)
    return `${gap}; no startdelay rules that out, since leases may never expire.`;
  return `${gap}; a startdelay of ${formatDuration(longestTtlMs)} rules that out.`;
}
