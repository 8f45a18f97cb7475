import { LeaseLost, type HeldLease } from "../../src/client/index.js";
import type { Chance } from "./chance.js";
import type { Use } from "./contender.js";
import type { FencedStore } from "./fenced-store.js";
import { pause } from "./time.js";

/**
 * What holders do in a contest: each exclusive one raises a counter in the store, step by step. Some look at the lease
 * before they write; their writes must be accepted. Others write whatever the lease says, long after too. Sharers, who
 * could come with their tokens in any order, don't touch it.
 */
export function counting(store: FencedStore, chance: Chance, faults: string[]): Use {
  return async (lease, holdMs, stop) => {
    const until = performance.now() + holdMs;
    const { name: key, mode, fencingToken: token } = lease;
    if (mode === "shared") return pause(holdMs, stop);
    const careless = chance.happens(0.3);
    do {
      const value = store.read(key, token);
      if (value === undefined && lease.held) faults.push(refused(lease, "read"));
      await pause(chance.ofAnySize(1, holdMs + 2), stop);
      if (value === undefined) continue;
      if (!careless) lease.assertHeld();
      const accepted = store.write(key, token, value + 1);
      if (!accepted && !careless) faults.push(refused(lease, "write"));
    } while (performance.now() < until && !stop.aborted);
    if (!careless && !lease.held) throw new LeaseLost(key, "EXPIRED");
  };
}

function refused({ name, fencingToken }: HeldLease, what: string): string {
  return `a ${what} of "${name}" with token ${fencingToken} was refused though its lease was held`;
}
