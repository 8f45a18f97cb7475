import v8 from "node:v8";
import vm from "node:vm";
import { expect, test } from "vitest";
import type { Caller, GrantedLease } from "../../../src/engine/engine.js";
import { pool } from "../../contract/harness.js";
import { rid } from "../../contract/world.js";
import { makeMemory, MemoryWorld } from "./make.js";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

/** A call that was answered: it keeps much, and only the engine could still know it. */
class Call implements Caller {
  lease: GrantedLease | undefined;

  granted(lease: GrantedLease): void {
    this.lease = lease;
  }

  notAcquired(): void {
    this.lease = undefined;
  }

  failed(): void {
    this.lease = undefined;
  }
}

test("a lease without a session keeps nothing of the calls that were told of it, granted at once, later or again", async () => {
  const world = new MemoryWorld();
  const calls: WeakRef<Call>[] = [];
  const ask = (name: string): void => {
    const call = new Call();
    calls.push(new WeakRef(call));
    world.engine.acquire({ ...world.order(name), requestId: rid(name) }, call);
  };
  ask("at once");
  const holder = await world.hold("later");
  ask("later");
  await world.release(holder);
  ask("at once");
  await new Promise(setImmediate);
  collect();
  expect(calls.map((call) => call.deref())).toEqual([undefined, undefined, undefined]);
  expect([await world.inspect("at once"), await world.inspect("later")]).toMatchObject([
    { holderCount: 1 },
    { holderCount: 1 },
  ]);
});

test("100,000 readers granted together, each of whom ends its wait when it is told, take many short turns", () => {
  const world = new MemoryWorld(makeMemory({ pools: [pool({ maxWaiters: 1e6 })] }));
  const writer = new Call();
  world.engine.acquire(world.order("a"), writer);
  let told = 0;
  for (let i = 0; i < 100_000; i++) {
    const pending = world.engine.acquire(
      { ...world.order("a"), mode: "shared" },
      {
        granted: () => {
          told++;
          pending.cancel();
        },
        notAcquired: () => undefined,
        failed: () => undefined,
      },
    );
  }
  world.engine.release(writer.lease!.id);
  expect(told).toBeLessThan(1_000);
  world.time.turn();
  expect(told).toBe(100_000);
  expect(world.engine.stats()).toMatchObject({ sharedLeases: 100_000 });
});
