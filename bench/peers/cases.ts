import { runHandOffs, type HandOffFigures } from "./hand-offs.js";
import { runPairs, type PairFigures } from "./pairs.js";
import type { Peer } from "./peer.js";
import { redis } from "./redis.js";
import type { Row } from "./report.js";
import { inTurns, overRounds } from "./turns.js";

interface Turns {
  readonly rounds: number;
  readonly seconds: number;
}

type Rounds<Figures> = ReadonlyMap<Peer, readonly Figures[]>;

/** Pairs on distinct locks, a row for each peer, with its share of what Redis does in the same round. */
export async function pairRows(peers: readonly Peer[], callers: number, turns: Turns): Promise<Row[]> {
  const all = await inTurns(peers, turns.rounds, (peer) => runPairs(peer, callers, turns.seconds));
  const base = ofPeer(all, redis.name);
  return rowsOf<PairFigures>(all, (rounds) => ({
    callers,
    "pairs/s": overRounds(rounds, ({ rate }) => rate),
    "of Redis": base === undefined ? "" : overRounds(rounds, ({ rate }, i) => rate / base[i]!.rate),
    "p50 ms": overRounds(rounds, ({ p50 }) => p50),
    "p99 ms": overRounds(rounds, ({ p99 }) => p99),
  }));
}

/** Hand-offs of one lock, a row for each peer, beside its round trips in the same rounds. */
export async function handOffRows(peers: readonly Peer[], callers: number, turns: Turns): Promise<Row[]> {
  const all = await inTurns(peers, turns.rounds, (peer) => runHandOffs(peer, callers, turns.seconds));
  return rowsOf<HandOffFigures>(all, (rounds) => ({
    callers,
    "hand-off p50 ms": overRounds(rounds, ({ p50 }) => p50),
    "hand-off p99 ms": overRounds(rounds, ({ p99 }) => p99),
    "round trip p50 ms": overRounds(rounds, ({ roundTrip }) => roundTrip),
    "hand-off / round trip": overRounds(rounds, ({ p50, roundTrip }) => p50 / roundTrip),
  }));
}

function rowsOf<Figures>(all: Rounds<Figures>, rowOf: (rounds: readonly Figures[]) => Row): Row[] {
  return [...all].map(([peer, rounds]) => ({ server: peer.name, ...rowOf(rounds) }));
}

function ofPeer<Figures>(all: Rounds<Figures>, name: string): readonly Figures[] | undefined {
  return [...all].find(([peer]) => peer.name === name)?.[1];
}
