import { writeSection } from "./document.js";
import { distributex } from "./peers/distributex.js";
import { etcd } from "./peers/etcd.js";
import { handOffRows, pairRows } from "./peers/cases.js";
import { installCommands } from "./peers/install.js";
import { liveMutex } from "./peers/live-mutex.js";
import { NotInstalled, type Candidate, type Peer } from "./peers/peer.js";
import { redis } from "./peers/redis.js";
import { peersSection, type Row } from "./peers/report.js";
import { printTable } from "./table.js";

const CANDIDATES = [distributex, redis, etcd, liveMutex];
const ROUNDS = 5;
const SECONDS = 2;
const CALLERS = [1, 64, 1_000];
const CALLERS_OF_ONE = [2, 50];

/**
 * One Node.js client process against this server and others: pairs on distinct locks, and hand-offs of one lock.
 * Writes docs/benchmarks.md, unless DISTRIBUTEX_BENCH_SECONDS makes the turns shorter or longer: that is a trial.
 */
export async function benchPeers(): Promise<void> {
  const trial = process.env.DISTRIBUTEX_BENCH_SECONDS;
  const turns = { rounds: ROUNDS, seconds: Number(trial ?? SECONDS) };
  const peers: Peer[] = [];
  const pairs: Row[] = [];
  const handOffs: Row[] = [];
  try {
    for (const candidate of CANDIDATES) peers.push(...(await startIfInstalled(candidate)));
    for (const { name, versions } of peers) console.log(`${name}: ${versions}`);
    for (const callers of CALLERS) pairs.push(...(await pairRows(peers, callers, turns)));
    printTable("distinct locks: pairs of acquire and release", pairs);
    for (const callers of CALLERS_OF_ONE) handOffs.push(...(await handOffRows(peers, callers, turns)));
    printTable("one lock: from the release to the next holder", handOffs);
  } finally {
    for (const peer of peers) await peer.stop();
  }
  if (trial !== undefined) return;
  await writeSection("peers", peersSection({ candidates: CANDIDATES, peers, pairs, handOffs, ...turns }));
}

async function startIfInstalled(candidate: Candidate): Promise<Peer[]> {
  try {
    return [await candidate.start()];
  } catch (error) {
    if (!(error instanceof NotInstalled)) throw error;
    console.log(`${candidate.name}: without it, since ${error.message} is missing. To have all:`);
    console.log(installCommands(CANDIDATES));
    return [];
  }
}
