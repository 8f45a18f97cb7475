// 100,000 locks come and go, some rounds over, in a process of its own; prints the resident set after each round.
import process from "node:process";
import { DEFAULT_LIMITS } from "../../../dist/src/contract/limits.js";
import { MemoryEngine } from "../../../dist/src/engine/memory/engine.js";
import { SystemTime } from "../../../dist/src/engine/time.js";

const LOCKS = 100_000;
const ROUNDS = 12;
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

const engine = new MemoryEngine({
  pools: [POOL],
  limits: DEFAULT_LIMITS,
  startDelayMs: 0,
  time: new SystemTime(),
  onFault: (error) => {
    throw error;
  },
});
const leases = [];
const caller = {
  granted: (lease) => leases.push(lease.id),
  notAcquired: () => undefined,
  failed: (error) => {
    throw error;
  },
};
const order = {
  mode: "exclusive",
  weight: 1,
  ttlMs: undefined,
  patienceMs: 0,
  owner: { host: "", label: "", metadata: {} },
  requestId: undefined,
  value: "",
  election: false,
  principal: "",
  session: undefined,
};

for (let round = 0; round < ROUNDS; round++) {
  for (let i = 0; i < LOCKS; i++) engine.acquire({ ...order, name: `lock-${i}` }, caller);
  for (const leaseId of leases.splice(0)) engine.release(leaseId);
  globalThis.gc();
  process.stdout.write(`${process.memoryUsage.rss()}\n`);
}
await engine.close();
