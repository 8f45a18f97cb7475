import { expect, test } from "vitest";
import type { Asked } from "../../contract/asked.js";
import { rid } from "../../contract/world.js";
import { kept, MemoryWorld, NOTHING_KEPT } from "./make.js";

// What is over when the process was busy: an operation comes before the alarm does. An operation ends only a few
// of the overdue itself.
const MANY = 100;

test("C7: a lease whose time is up is over for every operation, though the alarm has not rung yet", async () => {
  const world = new MemoryWorld();
  const [a, b, c] = [await world.hold("a"), await world.hold("b"), await world.hold("c")];
  world.time.jump(30_000);
  expect(await world.release(a)).toBe(false);
  expect(() => world.engine.renew(b.lease.id, undefined)).toThrow(
    expect.objectContaining({ reason: "LEASE_NOT_HELD" }),
  );
  expect(() => world.engine.forceRelease("c", c.token, "")).toThrow(
    expect.objectContaining({ reason: "STALE_FENCING_TOKEN" }),
  );
});

test("C7: also where so much is over that an operation does not end it all", async () => {
  const world = new MemoryWorld();
  const holders: Asked[] = [];
  for (let i = 0; i < MANY; i++) {
    holders.push(await world.hold(`lock-${i}`, { requestId: rid(`${i}`) }));
    // The later ones end later, and are left for the alarm.
    world.time.jump(1);
  }
  world.time.jump(30_000);
  const at = (i: number): Asked => holders[MANY - i]!;
  expect(await world.release(at(1))).toBe(false);
  expect(() => world.engine.renew(at(2).lease.id, undefined)).toThrow("not held");
  expect(() => world.engine.forceRelease(`lock-${MANY - 3}`, at(3).token, "")).toThrow("no live lease");
  const again = await world.hold(`lock-${MANY - 4}`, { requestId: rid(`${MANY - 4}`) });
  expect(again.lease.id).not.toBe(at(4).lease.id);
});

test("C7: so is a lease whose session is over, though neither has been ended yet", async () => {
  const world = new MemoryWorld();
  for (let i = 0; i < MANY; i++) await world.hold(`lock-${i}`, { ttlMs: 1_000 });
  const session = world.engine.openSession(2_000, 0);
  const [a, b, c] = [
    await world.hold("a", { session }),
    await world.hold("b", { session }),
    await world.hold("c", { session, requestId: rid("c") }),
  ];
  await world.streamLost(session, "silent");
  world.time.jump(2_000);
  expect(() => world.engine.proclaim(a.lease.id, "here")).toThrow("not held");
  expect(await world.release(b)).toBe(false);
  const newer = world.engine.openSession(2_000, 0);
  const again = await world.hold("c", { session: newer, requestId: rid("c") });
  expect(again.token).toBeGreaterThan(c.token);
  expect([a.losses, b.losses, c.losses]).toEqual([["session-lost"], ["session-lost"], ["session-lost"]]);
  world.time.advance(0);
  expect(world.engine.stats()).toMatchObject({ sessions: 1, exclusiveLeases: 1, orphaned: 3 });
});

test("an alarm that has much to end ends it all, in as many turns as it takes", async () => {
  const world = new MemoryWorld();
  for (let i = 0; i < 2_500; i++) await world.hold(`lock-${i}`);
  world.time.advance(30_000);
  expect(kept(world.engine)).toEqual(NOTHING_KEPT);
  expect(world.engine.stats()).toMatchObject({ expired: 2_500, locks: 0 });
});

test("C9: after a stall nothing is over before the sockets were read: a renewal that was waiting there counts", async () => {
  const world = new MemoryWorld();
  const { time } = world;
  const holder = await world.hold("a", { ttlMs: 10_000 });
  const waiter = await world.queue("a");
  time.settled = false;
  time.jump(10_000);
  expect((await world.tryFor("a")).told).toEqual(["contended"]);
  await world.renew(holder);
  time.settled = true;
  time.ring();
  expect(waiter.told).toEqual([]);
  expect(await world.release(holder)).toBe(true);
});

test("C4: a call whose grant comes with its retry is told that it was superseded; the lease is told once", async () => {
  const world = new MemoryWorld();
  await world.hold("a", { ttlMs: 5_000 });
  const first = await world.queue("a", { requestId: rid("1") });
  world.time.jump(5_000);
  const again = await world.ask("a", { requestId: rid("1") });
  expect([first.told, again.told]).toEqual([["SUPERSEDED"], ["granted"]]);
});

test("C3: a cancel that comes with the grant undoes it", async () => {
  const world = new MemoryWorld();
  await world.hold("a", { ttlMs: 5_000 });
  const waiter = await world.queue("a");
  world.time.jump(5_000);
  await world.cancel(waiter);
  expect(waiter.told).toEqual([]);
  expect(kept(world.engine).locks).toBe(0);
});

test("a session that ends as its stream is lost once more ends once", async () => {
  const world = new MemoryWorld();
  const session = world.engine.openSession(30_000, 5_000);
  await world.hold("a", { session });
  session.streamLost("gone");
  world.time.jump(5_000);
  session.streamLost("gone");
  expect(world.engine.stats()).toMatchObject({ sessions: 0, orphaned: 1 });
});
