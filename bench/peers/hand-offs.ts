import { percentile } from "../table.js";
import type { Peer } from "./peer.js";

const LOCK = "bench/hand-off";
const ROUND_TRIPS = 5;

export interface HandOffFigures {
  readonly p50: number;
  readonly p99: number;
  readonly roundTrip: number;
}

/**
 * So many callers and one lock: the time from the call that releases it until the next caller has it. Whoever
 * released queues up again when the next one has it, so that nobody hands over to himself. Each holds it for a few
 * round trips, which are timed too: meanwhile the one before is surely in the queue again.
 */
export async function runHandOffs(peer: Peer, callers: number, seconds: number): Promise<HandOffFigures> {
  const handOffs: number[] = [];
  const roundTrips: number[] = [];
  const end = performance.now() + seconds * 1000;
  let releasedAt: number | undefined;
  let handedOver = (): void => undefined;
  const caller = async (): Promise<void> => {
    for (;;) {
      const release = await peer.acquire(LOCK);
      if (releasedAt !== undefined) handOffs.push(performance.now() - releasedAt);
      releasedAt = undefined;
      handedOver();
      if (performance.now() > end) {
        await release();
        return;
      }
      for (let i = 0; i < ROUND_TRIPS; i++) roundTrips.push(await timeOf(() => peer.roundTrip(LOCK)));
      const next = new Promise<void>((resolve) => {
        handedOver = resolve;
      });
      releasedAt = performance.now();
      await Promise.all([release(), next]);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return {
    p50: percentile(handOffs, 0.5),
    p99: percentile(handOffs, 0.99),
    roundTrip: percentile(roundTrips, 0.5),
  };
}

async function timeOf(task: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await task();
  return performance.now() - start;
}
