import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { rid, type opener, type World } from "./world.js";

export function capacityChange(open: ReturnType<typeof opener>): void {
  test("C34: a raised capacity lets those waiting in, in order", async () => {
    const world = await open();
    await world.hold("a");
    const waiters = [await world.queue("a"), await world.queue("a"), await world.queue("a")];
    await setCapacity(world, 3);
    expect(waiters.map((waiter) => waiter.held)).toEqual([true, true, false]);
  });

  test("C34: a lowered capacity takes nothing from holders, and grants nothing until they fit it", async () => {
    const world = await open({ pools: [pool({ capacity: 3 })] });
    const holders = [await world.hold("a"), await world.hold("a"), await world.hold("a")];
    await setCapacity(world, 1);
    const waiter = await world.queue("a");
    expect(await world.release(holders[0]!)).toBe(true);
    expect(await world.release(holders[1]!)).toBe(true);
    expect(waiter.told).toEqual([]);
    await world.release(holders[2]!);
    expect(waiter.held).toBe(true);
  });

  test("C34: a waiter heavier than the lowered capacity ends with INVALID_WEIGHT, and lets the others in", async () => {
    const world = await open({ pools: [pool({ capacity: 3 })] });
    const holder = await world.hold("a");
    const heavy = await world.queue("a", { weight: 3 });
    const light = await world.queue("a");
    await setCapacity(world, 2);
    expect([heavy.told, light.held]).toEqual([["INVALID_WEIGHT"], true]);
    await world.release(holder);
    await world.hold("a");
  });

  test("a candidate waiting where the capacity is raised over 1 ends with INVALID_ARGUMENT", async () => {
    const world = await open();
    await world.hold("a", { election: true });
    const candidate = await world.queue("a", { election: true });
    await setCapacity(world, 2);
    expect(candidate.told).toEqual(["INVALID_ARGUMENT"]);
  });

  test("where no pool covers a lock any more its waiters end with UNKNOWN_POOL, its holders keep it", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const waiter = await world.queue("a");
    await setPools(world, "b");
    expect(waiter.told).toEqual(["UNKNOWN_POOL"]);
    await world.renew(holder);
    expect(await world.release(holder)).toBe(true);
  });

  test("where no pool covers a lock any more nobody joins it, held or not; who holds it is still answered", async () => {
    const world = await open();
    const requestId = rid("1");
    const holder = await world.hold("a", { requestId, mode: "shared" });
    await setPools(world, "b");
    expect((await world.ask("a", { mode: "shared" })).told).toEqual(["UNKNOWN_POOL"]);
    expect((await world.ask("a")).told).toEqual(["UNKNOWN_POOL"]);
    expect((await world.hold("a", { requestId, mode: "shared" })).lease.id).toBe(holder.lease.id);
    await world.release(holder);
    expect((await world.ask("a")).told).toEqual(["UNKNOWN_POOL"]);
  });

  test("a pool that comes back takes its locks in again", async () => {
    const world = await open();
    const holder = await world.hold("a");
    await setPools(world, "b");
    await setPools(world, "*");
    const waiter = await world.queue("a");
    await world.release(holder);
    expect(waiter.held).toBe(true);
  });

  test("a live lock goes over to the pool that covers it best", async () => {
    const world = await open();
    await world.hold("a/1");
    const waiter = await world.queue("a/1");
    world.engine.setPools([pool(), pool({ name: "a/*", capacity: 2 })]);
    await world.harness.settle();
    expect(waiter.held).toBe(true);
    expect(await world.inspect("a/1")).toMatchObject({ pool: "a/*", capacity: 2 });
    expect(world.engine.pools().map(({ name }) => name)).toEqual(["*", "a/*"]);
  });
}

async function setCapacity(world: World, capacity: number): Promise<void> {
  world.engine.setPools([pool({ capacity })]);
  await world.harness.settle();
}

async function setPools(world: World, ...names: string[]): Promise<void> {
  world.engine.setPools(names.map((name) => pool({ name })));
  await world.harness.settle();
}
