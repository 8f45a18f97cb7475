import { setMaxListeners } from "node:events";
import { Proxy } from "../network/proxy.js";
import { Chance } from "./chance.js";
import { Contender, progressMs, type Lives } from "./contender.js";
import { counting } from "./counter.js";
import { FaultPlayer } from "./fault-player.js";
import { faultsOfWrites, FencedStore } from "./fenced-store.js";
import { GrantClock } from "./grant-clock.js";
import { faultsOf } from "./history.js";
import { Host, LOCKS } from "./host.js";
import { nothingLeft } from "./leftovers.js";
import { block, pause } from "./time.js";
import { Witness } from "./witness.js";

const SAMPLE_MS = 5;

export interface ContestOptions extends Lives {
  readonly seed: number;
  readonly clients: number;
  /** How long the faults go on. */
  readonly ms: number;
  /** Whether the server is killed now and then, and starts again. */
  readonly restarts: boolean;
}

/** What came of a contest. */
export interface Outcome {
  /** All that broke a promise. */
  readonly faults: readonly string[];
  readonly grants: number;
  readonly writes: number;
  /** After the faults, the longest time that any client took to get any lock. */
  readonly slowestMs: number;
}

/** Clients of one process compete for locks of a real server, each over a network of its own that has faults. */
export async function contest({ seed, clients, ms, restarts, ...lives }: ContestOptions): Promise<Outcome> {
  const chance = new Chance(seed);
  const witness = new Witness();
  const store = new FencedStore();
  await using host = await Host.start(lives);
  const clock = await GrantClock.of(host.port);
  const proxies: Proxy[] = [];
  const contenders: Contender[] = [];
  const players: FaultPlayer[] = [];
  for (let i = 0; i < clients; i++) {
    const proxy = await Proxy.to(host.port);
    proxies.push(proxy);
    const use = counting(store, chance.fork(), witness.faults);
    contenders.push(new Contender(`client-${i}`, proxy.port, lives, LOCKS, chance.fork(), witness, use));
    players.push(new FaultPlayer(proxy, chance.fork()));
  }
  const sampling = setInterval(() => {
    witness.sample();
  }, SAMPLE_MS);
  try {
    const stop = stopAfter(ms);
    await Promise.all([
      ...contenders.map((contender) => contender.run(stop)),
      ...players.map((player) => player.play(stop)),
      host.suffer(chance.fork(), restarts, stop),
      stallClients(witness, chance.fork(), stop),
    ]);
    const times = await Promise.all(contenders.map((contender) => contender.takeEach()));
    await Promise.all(contenders.map((contender) => contender.close()));
    await nothingLeft(host.port, progressMs(lives));
    const faults = [
      ...witness.faults,
      ...faultsOf(witness.beliefs, clock.grantedBy),
      ...faultsOfWrites(store.writes),
    ];
    const grants = contenders.reduce((sum, contender) => sum + contender.grants, 0);
    return { faults, grants, writes: store.writes.length, slowestMs: Math.max(...times) };
  } finally {
    clearInterval(sampling);
    for (const proxy of proxies) proxy.close();
  }
}

/** Aborts after so many milliseconds; as many as like may listen. */
export function stopAfter(ms: number): AbortSignal {
  const stop = AbortSignal.timeout(Math.ceil(ms));
  setMaxListeners(Infinity, stop);
  return stop;
}

/** Now and then the clients' process stands still. What they believe then is asked before anything else happens. */
async function stallClients(witness: Witness, chance: Chance, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    await pause(chance.ofAnySize(1_000, 20_000), stop);
    if (stop.aborted) return;
    block(chance.ofAnySize(200, 3_000));
    witness.sample();
  }
}
