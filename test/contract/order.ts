import { expect, test } from "vitest";
import type { Asked } from "./asked.js";
import { pool } from "./harness.js";
import type { opener, World } from "./world.js";

export function order(open: ReturnType<typeof opener>): void {
  test("C30: one release wakes exactly one waiter, in order of arrival, over many rounds", async () => {
    const world = await open();
    let holder = await world.hold("a");
    const waiters: Asked[] = [];
    for (let i = 0; i < 50; i++) waiters.push(await world.queue("a"));
    for (const next of waiters) {
      await world.release(holder);
      expect(next.told).toEqual(["granted"]);
      expect(waiters.filter(({ told }) => told.length > 0)).toHaveLength(waiters.indexOf(next) + 1);
      holder = next;
    }
  });

  test("C31: a try does not overtake a waiter", async () => {
    const world = await open({ pools: [pool({ capacity: 2 })] });
    const holder = await world.hold("a");
    const waiter = await world.queue("a", { weight: 2 });
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
    await world.release(holder);
    expect(waiter.held).toBe(true);
  });

  test("C31: a waiter that would fit does not overtake one that does not", async () => {
    const world = await open({ pools: [pool({ capacity: 2 })] });
    await world.hold("a");
    await world.queue("a", { weight: 2 });
    const light = await world.queue("a", { weight: 1 });
    expect(light.told).toEqual([]);
  });

  test("C32: units that come free one by one add up for a heavy waiter at the head", async () => {
    const world = await open({ pools: [pool({ capacity: 3 })] });
    const holders = [await world.hold("a"), await world.hold("a"), await world.hold("a")];
    const heavy = await world.queue("a", { weight: 3 });
    const light = await world.queue("a");
    for (const holder of holders) {
      expect(heavy.told).toEqual([]);
      await world.release(holder);
    }
    expect(heavy.held).toBe(true);
    expect(light.told).toEqual([]);
  });

  test("C32: when the head gives up, all those behind it that fit go ahead", async () => {
    const world = await open({ pools: [pool({ capacity: 3 })] });
    await world.hold("a");
    const heavy = await world.queue("a", { weight: 3 });
    const behind = [await world.queue("a"), await world.queue("a"), await world.queue("a")];
    await world.cancel(heavy);
    expect(behind.map((waiter) => waiter.held)).toEqual([true, true, false]);
  });

  test("C32: when the patience of the head ends, those behind it go ahead", async () => {
    const world = await open({ pools: [pool({ capacity: 2 })] });
    await world.hold("a");
    const heavy = await world.queue("a", { weight: 2, patienceMs: 3_000 });
    const light = await world.queue("a");
    await world.outlive(3_000);
    expect(heavy.told).toEqual(["timed-out"]);
    expect(light.held).toBe(true);
  });

  test("C33: readers that keep coming do not starve a writer", async () => {
    const world = await open();
    const reader = await world.hold("a", { mode: "shared" });
    const writer = await world.queue("a");
    const late = await world.queue("a", { mode: "shared" });
    expect((await world.tryFor("a", { mode: "shared" })).told).toEqual(["contended"]);
    await world.release(reader);
    expect([writer.held, late.held]).toEqual([true, false]);
  });

  test("C33: a writer that gives up lets the readers behind it in", async () => {
    const world = await open();
    await world.hold("a", { mode: "shared" });
    const writer = await world.queue("a");
    const readers = [await readerOf(world), await readerOf(world)];
    await world.cancel(writer);
    expect(readers.map((reader) => reader.held)).toEqual([true, true]);
  });

  test("a run of readers at the head is granted together, the readers behind the next writer are not", async () => {
    const world = await open();
    const writer = await world.hold("a");
    const first = [await readerOf(world), await readerOf(world)];
    await world.queue("a");
    const second = await readerOf(world);
    await world.release(writer);
    expect(first.map((reader) => reader.held)).toEqual([true, true]);
    expect(second.told).toEqual([]);
  });

  test("a waiter is told its place at once", async () => {
    const world = await open();
    await world.hold("a");
    expect((await world.queue("a")).places).toEqual([[1, 1]]);
    expect((await world.queue("a")).places).toEqual([[2, 2]]);
  });

  test("a waiter is told its new place when the queue has moved, and not twice", async () => {
    const world = await open();
    const holder = await world.hold("a");
    await world.queue("a");
    const second = await world.queue("a");
    await world.release(holder);
    await world.outlive(1_000);
    await world.outlive(10_000);
    expect(second.places).toEqual([
      [2, 2],
      [1, 1],
    ]);
  });

  test("a waiter whose reader is slow is told no places until it reads again", async () => {
    const world = await open();
    let holder = await world.hold("a");
    const next = [await world.queue("a"), await world.queue("a")];
    const slow = await world.queue("a");
    slow.ready = false;
    for (const waiter of next) {
      await world.release(holder);
      await world.outlive(1_000);
      holder = waiter;
      slow.ready = true;
    }
    expect(slow.places).toEqual([
      [3, 3],
      [1, 1],
    ]);
  });

  test("positions and the order of waiters are what Inspect shows", async () => {
    const world = await open();
    await world.hold("a");
    const middle = [
      await world.queue("a"),
      await world.queue("a", { mode: "shared" }),
      await world.queue("a"),
    ][1];
    await world.cancel(middle!);
    const { waiters, waiterCount } = await world.inspect("a");
    expect(waiterCount).toBe(2);
    expect(waiters.map(({ position, mode }) => [position, mode])).toEqual([
      [1, "exclusive"],
      [2, "exclusive"],
    ]);
  });
}

function readerOf(world: World): Promise<Asked> {
  return world.queue("a", { mode: "shared" });
}
