import { expect, test } from "vitest";
import type { LockEvent } from "../../src/engine/engine.js";
import { pool } from "./harness.js";
import type { opener, World } from "./world.js";

export function watching(open: ReturnType<typeof opener>): void {
  test("a watcher is told what happens to a lock, in order, with tokens and the length of the queue", async () => {
    const world = await open();
    const events = watch(world, "");
    const holder = await world.hold("a");
    const waiter = await world.queue("a");
    const gone = await world.queue("a");
    await world.cancel(gone);
    await world.release(holder);
    await world.release(waiter);
    expect(events.map(({ type, token, queueLength }) => [type, token, queueLength])).toEqual([
      ["granted", holder.token, 0],
      ["queued", 0n, 1],
      ["queued", 0n, 2],
      ["left", 0n, 1],
      ["released", holder.token, 0],
      ["granted", waiter.token, 0],
      ["released", waiter.token, 0],
    ]);
  });

  test("expired and broken leases, and waiters out of patience, are told as what they are", async () => {
    const world = await open();
    const events = watch(world, "");
    const { token } = await world.hold("a", { ttlMs: 5_000 });
    await world.queue("a", { patienceMs: 1_000 });
    await world.outlive(5_000);
    await world.engine.forceRelease("a", (await world.hold("a")).token, "stuck");
    await world.harness.settle();
    expect(events.map(({ type, reason }) => [type, reason])).toEqual([
      ["granted", ""],
      ["queued", ""],
      ["left", ""],
      ["expired", ""],
      ["granted", ""],
      ["broken", "stuck"],
    ]);
    expect(events[3]?.token).toBe(token);
  });

  test("a lease that is lost with its session is told as expired", async () => {
    const world = await open();
    const events = watch(world, "");
    const session = world.engine.openSession(30_000, 0);
    await world.hold("a", { session });
    await world.streamLost(session, "gone");
    expect(events.map(({ type }) => type)).toEqual(["granted", "expired"]);
  });

  test("a watcher is told of the locks with its prefix only, until it stops", async () => {
    const world = await open({ pools: [pool()] });
    const events: LockEvent[] = [];
    const stop = world.engine.watch("jobs/", (event) => events.push(event));
    await world.hold("jobs/1");
    await world.hold("job");
    stop();
    stop();
    await world.hold("jobs/2");
    expect(events.map(({ name }) => name)).toEqual(["jobs/1"]);
    expect(world.engine.stats().observers).toBe(0);
  });

  test("a watcher that throws does not keep the others from being told", async () => {
    const world = await open();
    world.engine.watch("", () => {
      throw new Error("on purpose");
    });
    const events = watch(world, "");
    const holder = await world.hold("a");
    expect([holder.held, events.length, world.harness.faults.length]).toEqual([true, 1, 1]);
  });

  test("a waiter that throws when it is told does not keep the next from being told", async () => {
    const world = await open();
    const writer = await world.hold("a");
    await world.queue("a", {
      mode: "shared",
      onGranted: () => {
        throw new Error("on purpose");
      },
    });
    const next = await world.queue("a", { mode: "shared" });
    await world.release(writer);
    expect([next.held, world.harness.faults.length]).toEqual([true, 1]);
  });
}

function watch(world: World, prefix: string): LockEvent[] {
  const events: LockEvent[] = [];
  world.engine.watch(prefix, (event) => events.push(event));
  return events;
}
