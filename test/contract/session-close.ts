import { expect, test } from "vitest";
import type { Asked } from "./asked.js";
import { pool } from "./harness.js";
import type { opener } from "./world.js";

const TTL = 30_000;
const GRACE = 10_000;

/** The client is done: everything is free at once. */
export function sessionClose(open: ReturnType<typeof opener>): void {
  test("C14: the leases of a session that is closed are released: no lock delay, and nobody is told", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
    const session = world.engine.openSession(TTL, GRACE);
    const holders = [await world.hold("a", { session }), await world.hold("b", { session, mode: "shared" })];
    await world.heard(session, 1);
    await world.close(session);
    expect(holders.map(({ told }) => told)).toEqual([["granted"], ["granted"]]);
    expect(world.engine.stats()).toMatchObject({ released: 2, orphaned: 0, sessions: 0 });
    expect((await world.inspect("a")).lockDelayRemainingMs).toBe(0);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("those who watch see that the leases of a closed session were released", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    await world.hold("a", { session });
    const seen: string[] = [];
    world.engine.watch("", ({ type, name }) => seen.push(`${type} ${name}`));
    await world.close(session);
    expect(seen).toEqual(["released a"]);
  });

  test("C30: the waiters of others are granted in their order when a session is closed", async () => {
    const world = await open({ pools: [pool({ capacity: 2 })] });
    const session = world.engine.openSession(TTL, GRACE);
    await world.hold("a", { session, weight: 2 });
    const [first, heavy, light] = [
      await world.queue("a"),
      await world.queue("a", { weight: 2 }),
      await world.queue("a"),
    ];
    await world.close(session);
    expect([first.held, heavy.held, light.held]).toEqual([true, false, false]);
    await world.release(first);
    expect([heavy.held, light.held]).toEqual([true, false]);
  });

  test("C2: a closed session's own tickets are withdrawn, and never granted by what it gives back", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
    const session = world.engine.openSession(TTL, GRACE);
    for (const name of ["a", "b"]) await world.hold(name, { session });
    const own: Asked[] = [];
    for (const name of ["a", "b", "a", "b"]) own.push(await world.queue(name, { session }));
    const other = await world.queue("a");
    own.push(await world.queue("a", { session, mode: "shared" }));
    const before = world.engine.stats().granted;
    await world.close(session);
    expect(own.map(({ told }) => told)).toEqual([[], [], [], [], []]);
    expect(world.engine.stats()).toMatchObject({ granted: before + 1, cancelled: 5, waiters: 0 });
    expect([other.held, (await world.tryFor("b")).held]).toEqual([true, true]);
  });

  test("C3: a session closed in the very tick of a grant holds nothing, and is told of nothing", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
    const session = world.engine.openSession(TTL, GRACE);
    const writer = await world.hold("a");
    const closes = await world.queue("a", {
      mode: "shared",
      onGranted: () => {
        session.close();
      },
    });
    const late = await world.queue("a", { mode: "shared", session });
    const last = await world.queue("a", { mode: "shared" });
    await world.release(writer);
    expect([closes, late, last].map(({ told }) => told)).toEqual([["granted"], [], ["granted"]]);
    expect(await world.inspect("a")).toMatchObject({ holderCount: 2, lockDelayRemainingMs: 0 });
  });

  test("a session closed by whoever is just told of its lease is closed", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    const holder = await world.ask("a", {
      session,
      onGranted: () => {
        session.close();
      },
    });
    await world.harness.settle();
    expect([holder.told, (await world.tryFor("a")).held]).toEqual([["granted"], true]);
  });

  test("a lost session that is closed all the same is free at once", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
    const session = world.engine.openSession(TTL, GRACE);
    await world.hold("a", { session });
    await world.streamLost(session, "gone");
    await world.close(session);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("a session is closed once, and what comes later changes nothing", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    await world.hold("a", { session });
    await world.close(session);
    const next = await world.hold("a");
    await world.close(session);
    await world.streamLost(session, "gone");
    await world.heard(session, 9);
    expect((await world.ask("b", { session })).told).toEqual(["SESSION_LOST"]);
    await world.outlive(GRACE);
    expect([next.held, session.kept, world.engine.stats().sessions]).toEqual([true, 0, 0]);
  });

  test("a session that ended is not closed any more: its leases were lost", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session });
    await world.streamLost(session, "gone");
    await world.close(session);
    expect([holder.losses, (await world.tryFor("a")).told]).toEqual([["session-lost"], ["contended"]]);
  });
}
