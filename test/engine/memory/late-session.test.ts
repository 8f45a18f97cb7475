import { expect, test } from "vitest";
import type { Asked } from "../../contract/asked.js";
import { rid } from "../../contract/world.js";
import { MemoryWorld } from "./make.js";

// A session whose time was up while the process was busy, or that has ended and is still being swept.

test("C7: a message that comes when its session's time is up keeps nothing, though the alarm has not rung yet", async () => {
  const world = new MemoryWorld();
  let ended = 0;
  const session = world.engine.openSession(2_000, 0, () => ended++);
  const holder = await world.hold("a", { session });
  session.heard(1);
  world.time.jump(2_000);
  session.heard(2);
  expect(session.kept).toBe(1);
  world.time.ring();
  expect([holder.losses, ended]).toEqual([["session-lost"], 1]);
});

test("C9: after a stall a session's message that was waiting in the socket counts", async () => {
  const world = new MemoryWorld();
  const { time } = world;
  const session = world.engine.openSession(2_000, 0);
  const holder = await world.hold("a", { session });
  session.heard(1);
  time.settled = false;
  time.jump(2_000);
  session.heard(2);
  time.settled = true;
  time.ring();
  expect([holder.held, session.kept, world.remainingMs(holder)]).toEqual([true, 2, 2_000]);
});

test("C9: a session that ended has ended, also just after a stall", async () => {
  const world = new MemoryWorld();
  const session = world.engine.openSession(60_000, 0);
  const held: Asked[] = [];
  for (let i = 0; i < 1_000; i++)
    held.push(await world.hold(`lock-${i}`, { session, requestId: rid(`${i}`) }));
  world.time.settled = false;
  session.close();
  session.heard(1);
  expect(world.engine.release(held[999]!.lease.id)).toBe(false);
  const newer = world.engine.openSession(60_000, 0);
  expect((await world.resume(newer, held[998]!)).tokens).toEqual([]);
  const again = await world.hold("lock-997", { session: newer, requestId: rid("997") });
  expect(again.token).toBeGreaterThan(held[997]!.token);
  expect(session.kept).toBe(0);
});

test("a session whose time is up takes on nothing, though so much else is over that it has not been ended yet", async () => {
  const world = new MemoryWorld();
  for (let i = 0; i < 100; i++) await world.hold(`lock-${i}`, { ttlMs: 1_000 });
  const older = world.engine.openSession(60_000, 0);
  const session = world.engine.openSession(2_000, 0);
  const holder = await world.hold("a", { session: older });
  session.heard(1);
  world.time.jump(2_000);
  expect(() => session.resume([holder.lease.id], holder)).toThrow(
    expect.objectContaining({ reason: "SESSION_LOST" }),
  );
  expect((await world.ask("b", { session })).told).toEqual(["SESSION_LOST"]);
  expect(holder.held).toBe(true);
});
