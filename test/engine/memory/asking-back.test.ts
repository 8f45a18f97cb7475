import { expect, test } from "vitest";
import type { Asked } from "../../contract/asked.js";
import { rid } from "../../contract/world.js";
import { kept, MemoryWorld } from "./make.js";

// Who is told may call the engine at once, from within.

test("a holder that releases as it is told lets the next one in", async () => {
  const world = new MemoryWorld();
  const holder = await world.hold("a");
  const order: number[] = [];
  const waiters: Asked[] = [];
  for (let i = 0; i < 5; i++) {
    const onGranted = (): void => {
      order.push(i);
      void world.engine.release(waiters[i]!.lease.id);
    };
    waiters.push(await world.queue("a", { onGranted }));
  }
  await world.release(holder);
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(kept(world.engine).locks).toBe(0);
});

test("who asks as it is told queues behind those who wait already", async () => {
  const world = new MemoryWorld();
  const holder = await world.hold("a");
  let late: Asked | undefined;
  const first = await world.queue("a", { onGranted: () => (late = world.begin("a")) });
  const second = await world.queue("a");
  await world.release(holder);
  await world.release(first);
  expect([second.held, late?.places]).toEqual([true, [[2, 2]]]);
});

test("C3: who asks and cancels while somebody else is being told is told nothing, and holds nothing", async () => {
  const world = new MemoryWorld();
  let taken: Asked | undefined;
  await world.hold("a", {
    onGranted: () => {
      taken = world.begin("b");
      taken.pending.cancel();
    },
  });
  expect(taken?.told).toEqual([]);
  expect((await world.tryFor("b")).held).toBe(true);
});

test("C4: a retry before the grant was told takes it over: both calls have one answer each", async () => {
  const world = new MemoryWorld();
  const writer = await world.hold("a");
  const shared = { mode: "shared", requestId: rid("1") } as const;
  let again: Asked | undefined;
  await world.queue("a", { mode: "shared", onGranted: () => (again = world.begin("a", shared)) });
  const first = await world.queue("a", shared);
  await world.release(writer);
  expect([first.told, again?.told]).toEqual([["SUPERSEDED"], ["granted"]]);
  expect((await world.inspect("a")).holderCount).toBe(2);
});

test("a lease that is broken before its grant was told is told as granted, then lost", async () => {
  const world = new MemoryWorld();
  const session = world.engine.openSession(30_000, 0);
  const writer = await world.hold("a");
  const breakAll = (): void => {
    for (const { token } of [...world.engine.inspect({ name: "a" }).holders].slice(1)) {
      void world.engine.forceRelease("a", token, "");
    }
  };
  await world.queue("a", { mode: "shared", onGranted: breakAll });
  const second = await world.queue("a", { mode: "shared", session });
  await world.release(writer);
  expect(second.told).toEqual(["granted", "lost: broken"]);
});

test("who observes as it is told sees the leader of then, and every later one", async () => {
  const world = new MemoryWorld();
  const seen: (bigint | undefined)[] = [];
  const first = await world.hold("e", {
    onGranted: () => {
      world.engine.observe("e", (leader) => seen.push(leader?.token));
    },
  });
  await world.release(first);
  expect(seen.filter((token, i) => token !== seen[i - 1] || i === 0)).toEqual([first.token, undefined]);
});
