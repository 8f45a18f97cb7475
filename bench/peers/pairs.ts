import { percentile } from "../table.js";
import type { Peer } from "./peer.js";

export interface PairFigures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** What a peer may take, of a turn, to get going again after the others' turns; it is not measured. */
const RUN_IN = 0.25;

/** So many callers, each with a lock of its own, acquire and release for so long. */
export async function runPairs(peer: Peer, callers: number, seconds: number): Promise<PairFigures> {
  const acquire = peer.acquireFree ?? peer.acquire;
  const samples: number[] = [];
  const start = performance.now() + seconds * 1000 * RUN_IN;
  const end = start + seconds * 1000;
  const caller = async (_: unknown, i: number): Promise<void> => {
    for (let at = performance.now(); at < end;) {
      const release = await acquire(`bench/pairs-${i}`);
      await release();
      const done = performance.now();
      if (at >= start) samples.push(done - at);
      at = done;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const took = (performance.now() - start) / 1000;
  return { rate: samples.length / took, p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) };
}
