import { formatDuration } from "../../contract/duration.js";
import type { Policy } from "../../core/policy.js";
import type { EngineGuarantees } from "../engine.js";

/** What the memory engine can promise under these pools and this `startdelay`. */
export function memoryGuarantees(pools: readonly Policy[], startDelayMs: number): EngineGuarantees {
  const longestTtlMs = Math.max(0, ...pools.map((pool) => pool.maxTtlMs));
  const exclusionOverRestart = startDelayMs >= longestTtlMs;
  const needed =
    longestTtlMs === Infinity ? "no startdelay is long enough" : `startdelay ${formatDuration(longestTtlMs)}`;
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
      exclusionOverRestart
        ? "startdelay is at least the longest ttl, so a lease from before a restart has ended before anything is granted."
        : `A lease from before a restart may be granted again while its holder still believes in it; to rule that out: ${needed}.`,
      "Fencing tokens rise over a restart as long as the wall clock at the start is later than at the last grant; while the server runs they do not depend on the wall clock.",
    ],
  };
}
