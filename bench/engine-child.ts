import { DEFAULT_LIMITS } from "../src/contract/limits.js";
import type { Caller, GrantedLease, Order } from "../src/engine/engine.js";
import { MemoryEngine } from "../src/engine/memory/engine.js";
import { SystemTime } from "../src/engine/time.js";
import { defaultPools } from "../src/server/config/pools.js";

// A process that holds so many locks and runs rounds of acquire+release pairs when it is told to; see engine.ts.

const PAIRS = 200_000;
const held = Array.from({ length: Number(process.argv[2]) }, (_, i) => `bench/held-${i}`);
const others = Array.from({ length: PAIRS }, (_, i) => `bench/other-${i}`);
const picks = Uint32Array.from({ length: PAIRS }, () => Math.floor(Math.random() * held.length));

class Taker implements Caller {
  private leaseId = "";

  take(order: Order): string {
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

const engine = new MemoryEngine({
  pools: defaultPools(),
  limits: DEFAULT_LIMITS,
  startDelayMs: 0,
  time: new SystemTime(),
  onFault: (error) => {
    throw error;
  },
});
const taker = new Taker();
const heldOrders = held.map(orderOf);
const otherOrders = others.map(orderOf);
const leases = heldOrders.map((order) => taker.take(order));
const map = new Map(held.map((name) => [name, { name }]));

const ROUNDS: Readonly<Record<string, () => void>> = {
  others: () => {
    for (const order of otherOrders) engine.release(taker.take(order));
  },
  held: () => {
    for (const pick of picks) {
      engine.release(leases[pick]!);
      leases[pick] = taker.take(heldOrders[pick]!);
    }
  },
  "map others": () => {
    for (const name of others) {
      map.set(name, { name });
      map.delete(name);
    }
  },
  "map held": () => {
    for (const pick of picks) {
      const name = held[pick]!;
      map.delete(name);
      map.set(name, { name });
    }
  },
};

process.on("message", (round: string) => {
  const start = performance.now();
  ROUNDS[round]?.();
  process.send?.(PAIRS / ((performance.now() - start) / 1000));
});
process.send?.("ready");

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
