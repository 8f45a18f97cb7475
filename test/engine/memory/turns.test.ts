import { expect, test } from "vitest";
import type { Asked } from "../../contract/asked.js";
import { MemoryWorld } from "./make.js";

test("waiters of one held lock whose patience ends together are told over many turns of the event loop", async () => {
  const world = new MemoryWorld();
  await world.hold("a", { ttlMs: 60_000 });
  let told = 0;
  const waiter = {
    granted: () => undefined,
    notAcquired: () => {
      told++;
    },
    failed: () => undefined,
  };
  for (let i = 0; i < 10_000; i++) {
    world.engine.acquire({ ...world.order("a"), patienceMs: 1_000 }, waiter);
  }
  world.time.jump(1_000);
  world.time.ring();
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThan(2_000);
  for (let i = 0; i < 20; i++) world.time.ring();
  expect(told).toBe(10_000);
});

test("places that are told together, for many locks, are told over many turns of the event loop", async () => {
  const world = new MemoryWorld();
  const firsts: Asked[] = [];
  let told = 0;
  const waiter = {
    granted: () => undefined,
    notAcquired: () => undefined,
    failed: () => undefined,
    queued: () => {
      told++;
    },
  };
  for (let i = 0; i < 1_000; i++) {
    await world.hold(`${i}`, { ttlMs: 60_000 });
    firsts.push(await world.queue(`${i}`));
    for (let k = 0; k < 10; k++) world.engine.acquire(world.order(`${i}`), waiter);
  }
  for (const first of firsts) first.pending.cancel();
  told = 0;
  world.time.jump(1_000);
  // Any operation ends what is due first; later turns wait until the test lets them come.
  world.engine.stats();
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThan(2_000);
  world.time.turn();
  expect(told).toBe(10_000);
});
