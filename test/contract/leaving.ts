import { expect, test } from "vitest";
import type { Asked } from "./asked.js";
import { pool } from "./harness.js";
import type { opener } from "./world.js";

export function leaving(open: ReturnType<typeof opener>): void {
  test("a waiter whose patience ends is told so once, with the lock as it is", async () => {
    const world = await open();
    await world.hold("a");
    const waiter = await world.queue("a", { patienceMs: 5_000 });
    await world.advance(4_999);
    expect(waiter.told).toEqual([]);
    await world.outlive(1);
    expect(waiter.told).toEqual(["timed-out"]);
    expect(waiter.seen).toMatchObject({ name: "a", holderCount: 1, waiterCount: 0 });
    await world.advance(60_000);
    expect(waiter.told).toEqual(["timed-out"]);
  });

  test("C1: a waiter whose patience has ended is not granted in the same tick", async () => {
    const world = await open();
    await world.hold("a", { ttlMs: 5_000 });
    const late = await world.queue("a", { patienceMs: 5_000 });
    const next = await world.queue("a", { patienceMs: 60_000 });
    await world.outlive(5_000);
    expect(late.told).toEqual(["timed-out"]);
    expect(next.told).toEqual(["granted"]);
  });

  test("C2: a waiter that cancels leaves nothing, and is told nothing", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const gone = await world.queue("a");
    await world.cancel(gone);
    await world.cancel(gone);
    await world.release(holder);
    expect(gone.told).toEqual([]);
    expect(await world.inspect("a")).toMatchObject({ holderCount: 0, waiterCount: 0 });
  });

  test("a cancel after the answer does nothing", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const waiter = await world.queue("a");
    await world.release(holder);
    await world.cancel(waiter);
    await world.cancel(holder);
    expect(waiter.held).toBe(true);
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
  });

  test("C3: a cancel in the very tick of the grant undoes it, and the next one is granted", async () => {
    const world = await open();
    const writer = await world.hold("a");
    const first = await world.queue("a", {
      mode: "shared",
      onGranted: () => {
        second.pending.cancel();
      },
    });
    const second: Asked = await world.queue("a", { mode: "shared" });
    const third = await world.queue("a", { mode: "shared" });
    await world.release(writer);
    expect([first, second, third].map(({ told }) => told)).toEqual([["granted"], [], ["granted"]]);
    expect(await world.inspect("a")).toMatchObject({ holderCount: 2, waiterCount: 0 });
  });

  test("C3: a grant that is undone is no abnormal end: no lock delay keeps what it held", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
    const writer = await world.hold("a");
    await world.queue("a", {
      mode: "shared",
      onGranted: () => {
        second.pending.cancel();
      },
    });
    const second: Asked = await world.queue("a", { mode: "shared" });
    await world.release(writer);
    expect(await world.inspect("a")).toMatchObject({ holderCount: 1, lockDelayRemainingMs: 0 });
  });

  test("a cancel while the waiter is being told its time is up silences it or comes too late, never both", async () => {
    const world = await open();
    await world.hold("a");
    const waiter = await world.queue("a", { patienceMs: 5_000 });
    await world.outlive(5_000);
    await world.cancel(waiter);
    expect(waiter.told).toEqual(["timed-out"]);
  });
}
