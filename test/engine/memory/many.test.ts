import { expect, test } from "vitest";
import type { Asked } from "../../contract/asked.js";
import { pool } from "../../contract/harness.js";
import { kept, MemoryWorld, NOTHING_KEPT } from "./make.js";

// What is done in slices, so that no turn of the event loop takes long.

test("C36: of 10,000 waiters cancelled at random the rest keep their order, and nothing is left behind", async () => {
  const world = new MemoryWorld();
  let holder = await world.hold("a", { ttlMs: 86_400_000 });
  const waiters: Asked[] = [];
  for (let i = 0; i < 10_000; i++) waiters.push(await world.queue("a"));
  const stays = (_: Asked, i: number): boolean => (i * 7_919) % 10 === 3;
  const staying = waiters.filter(stays);
  for (const waiter of shuffled(waiters.filter((_, i) => !stays(_, i)))) waiter.pending.cancel();
  expect(world.engine.stats().waiters).toBe(staying.length);
  for (const next of staying) {
    await world.release(holder);
    expect(next.told).toEqual(["granted"]);
    holder = next;
  }
  await world.release(holder);
  world.time.advance(20_000);
  expect(kept(world.engine)).toEqual(NOTHING_KEPT);
});

test("the first hundred waiters are told their places every second, the others every ten", async () => {
  const world = new MemoryWorld();
  let holder = await world.hold("a", { ttlMs: 86_400_000 });
  const waiters: Asked[] = [];
  for (let i = 0; i < 150; i++) waiters.push(await world.queue("a", { ttlMs: 86_400_000 }));
  for (const next of waiters.slice(0, 12)) {
    await world.release(holder);
    holder = next;
    world.time.advance(1_000);
  }
  expect(waiters[50]?.places.length).toBe(13);
  expect(waiters[149]?.places.length).toBe(2);
  world.time.advance(10_000);
  expect(waiters[149]?.places.at(-1)).toEqual([138, 138]);
});

test("a waiter's places only fall, in all that he is told", async () => {
  const world = new MemoryWorld();
  await world.hold("a", { ttlMs: 86_400_000 });
  const waiters: Asked[] = [];
  for (let i = 0; i < 2_500; i++) waiters.push(await world.queue("a"));
  for (const [i, waiter] of shuffled(waiters).entries()) {
    waiter.pending.cancel();
    if (i % 50 === 0) world.time.advance(400);
  }
  for (const { places } of waiters) {
    const told = places.map(([position]) => position);
    expect(told).toEqual([...new Set(told)].sort((a, b) => b - a));
  }
});

test("a list of very many locks is made in several turns, and each lock is in it once", async () => {
  const world = new MemoryWorld();
  for (let i = 0; i < 5_000; i++) await world.hold(`${i % 2 === 0 ? "even" : "odd"}/${i}`);
  const page = world.engine.list("even/", 5_000, "");
  let turns = 0;
  for (; turns < 10; turns++) {
    await Promise.resolve();
    if (!world.time.oneTurn()) break;
  }
  const { locks, next } = await page;
  expect([turns, next, new Set(locks.map(({ name }) => name)).size]).toEqual([2, undefined, 2_500]);
});

test("a reload goes over very many locks in several turns; a newer one takes over at once", async () => {
  const world = new MemoryWorld();
  const waiters: Asked[] = [];
  for (let i = 0; i < 3_000; i++) {
    await world.hold(`lock-${i}`);
    waiters.push(await world.queue(`lock-${i}`));
  }
  const heldNow = (): number => waiters.filter(({ held }) => held).length;
  world.engine.setPools([pool({ capacity: 2 })]);
  const first = heldNow();
  world.engine.setPools([pool({ capacity: 3 })]);
  world.time.turn();
  expect([first, heldNow()]).toEqual([1_000, 3_000]);
  expect(await world.inspect("lock-2999")).toMatchObject({ capacity: 3, holderCount: 2 });
});

/** In an order that looks random and is always the same. */
function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  for (let i = left.length - 1, seed = 1; i > 0; i--) {
    seed = (seed * 48_271) % 2_147_483_647;
    const j = seed % (i + 1);
    [left[i], left[j]] = [left[j]!, left[i]!];
  }
  return left;
}
