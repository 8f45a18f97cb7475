import { DEFAULT_LIMITS } from "../src/contract/limits.js";
import type { Caller, GrantedLease, Order } from "../src/engine/engine.js";
import { MemoryEngine } from "../src/engine/memory/engine.js";
import { SystemTime } from "../src/engine/time.js";
import { median, printTable } from "./table.js";

const HELD = [1_000, 500_000, 1_000_000];
const PAIRS = 300_000;
const ROUNDS = 7;

/**
 * The memory engine in process: acquire+release pairs while so many locks are held. Two ways: pairs on other locks
 * than those held, and pairs that release a held lock picked at random and take it again, which meets cold memory.
 * Beside each the same on a bare Map with the same names: set and delete.
 */
export function benchEngine(): void {
  report("on other locks", measureOthers);
  report("on the held ones, at random", measureHeld);
}

type Rates = { readonly engine: number; readonly map: number };

function report(where: string, measure: (held: readonly string[]) => Rates): void {
  const rows = HELD.map((count) => {
    const rates = measure(namesOf("held", count));
    global.gc?.();
    return { count, ...rates };
  });
  const [first] = rows;
  printTable(
    `engine in process: acquire+release pairs/s ${where}, median of ${ROUNDS} rounds of ${PAIRS.toLocaleString("en")}`,
    rows.map(({ count, engine, map }) => ({
      "locks held": count,
      "pairs/s": engine,
      "of the first": engine / (first?.engine ?? NaN),
      "bare Map pairs/s": map,
      "Map of the first": map / (first?.map ?? NaN),
    })),
  );
}

function measureOthers(held: readonly string[]): Rates {
  const others = namesOf("other", PAIRS);
  const orders = others.map(orderOf);
  const map = new Map(held.map((name) => [name, { name }]));
  const ofMap = medianRate(() => {
    for (const name of others) {
      map.set(name, { name });
      map.delete(name);
    }
  });
  const { engine, taker } = engineHolding(held);
  const ofEngine = medianRate(() => {
    for (const order of orders) engine.release(taker.take(engine, order));
  });
  return { engine: ofEngine, map: ofMap };
}

function measureHeld(held: readonly string[]): Rates {
  const picks = Uint32Array.from({ length: PAIRS }, () => Math.floor(Math.random() * held.length));
  const map = new Map(held.map((name) => [name, { name }]));
  const ofMap = medianRate(() => {
    for (const pick of picks) {
      const name = held[pick]!;
      map.delete(name);
      map.set(name, { name });
    }
  });
  const { engine, taker, leases } = engineHolding(held);
  const orders = held.map(orderOf);
  const ofEngine = medianRate(() => {
    for (const pick of picks) {
      engine.release(leases[pick]!);
      leases[pick] = taker.take(engine, orders[pick]!);
    }
  });
  return { engine: ofEngine, map: ofMap };
}

function engineHolding(held: readonly string[]): { engine: MemoryEngine; taker: Taker; leases: string[] } {
  const onFault = (error: unknown): void => {
    throw error;
  };
  const time = new SystemTime();
  const engine = new MemoryEngine({ pools: [POOL], limits: DEFAULT_LIMITS, startDelayMs: 0, time, onFault });
  const taker = new Taker();
  return { engine, taker, leases: held.map((name) => taker.take(engine, orderOf(name))) };
}

function namesOf(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `bench/${kind}-${i}`);
}

function medianRate(round: () => void): number {
  const rates: number[] = [];
  round();
  for (let i = 0; i < ROUNDS; i++) {
    const start = performance.now();
    round();
    rates.push(PAIRS / ((performance.now() - start) / 1000));
  }
  return median(rates);
}

class Taker implements Caller {
  private leaseId = "";

  take(engine: MemoryEngine, order: Order): string {
    engine.acquire(order, this);
    return this.leaseId;
  }

  granted(lease: GrantedLease): void {
    this.leaseId = lease.id;
  }

  notAcquired(): void {
    throw new Error("contended");
  }

  failed(error: Error): void {
    throw error;
  }
}

const POOL = {
  name: "*",
  defaultTtlMs: 1_800_000,
  maxTtlMs: 86_400_000,
  maxHoldMs: Infinity,
  capacity: 1,
  servers: [],
  lockDelayMs: 0,
  maxWaiters: 100_000,
};

function orderOf(name: string): Order {
  return {
    name,
    mode: "exclusive",
    weight: 1,
    ttlMs: undefined,
    patienceMs: 0,
    owner: { host: "bench", label: "", metadata: {} },
    requestId: undefined,
    value: "",
    election: false,
    principal: "",
    session: undefined,
  };
}
