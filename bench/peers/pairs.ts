import { percentile } from "../table.js";
import type { Peer } from "./peer.js";

export interface PairFigures {
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

/** So many callers, each with a lock of its own, acquire and release for so long. */
export async function runPairs(peer: Peer, callers: number, seconds: number): Promise<PairFigures> {
  const acquire = peer.acquireFree ?? peer.acquire;
  const samples: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const caller = async (_: unknown, i: number): Promise<void> => {
    for (let at = performance.now(); at < end;) {
      const release = await acquire(`bench/pairs-${i}`);
      await release();
      const done = performance.now();
      samples.push(done - at);
      at = done;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const took = (performance.now() - start) / 1000;
  return { rate: samples.length / took, p50: percentile(samples, 0.5), p99: percentile(samples, 0.99) };
}
