import { median } from "../table.js";
import type { Peer } from "./peer.js";

/**
 * Each peer runs by itself, in turns, and each round begins with another one, so that the machine's moods fall on
 * all alike. The first turn of each only warms it up.
 */
export async function inTurns<Figures>(
  peers: readonly Peer[],
  rounds: number,
  run: (peer: Peer) => Promise<Figures>,
): Promise<ReadonlyMap<Peer, readonly Figures[]>> {
  const figures = new Map(peers.map((peer): [Peer, Figures[]] => [peer, []]));
  for (const peer of peers) await run(peer);
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < peers.length; i++) {
      const peer = peers[(round + i) % peers.length]!;
      // One peer's garbage isn't to be another's pause.
      globalThis.gc?.();
      figures.get(peer)!.push(await run(peer));
    }
  }
  return figures;
}

/** The median over the rounds of something that each round gives. */
export function overRounds<Figures>(
  rounds: readonly Figures[],
  of: (figures: Figures, round: number) => number,
): number {
  return median(rounds.map(of));
}
