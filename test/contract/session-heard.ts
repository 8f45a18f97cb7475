import { expect, test } from "vitest";
import { pool } from "./harness.js";
import type { opener } from "./world.js";

const TTL = 30_000;
const GRACE = 10_000;

/** Until its first message is heard a session lives as long as its stream; then at most ttl after the newest one. */
export function sessionHeard(open: ReturnType<typeof opener>): void {
  test("a session whose client falls silent ends its ttl after the newest message, though its stream lives", async () => {
    const world = await open();
    let ended = 0;
    const session = world.engine.openSession(TTL, GRACE, () => ended++);
    const holder = await world.hold("a", { session });
    await world.heard(session, 1);
    await world.advance(TTL - 1);
    expect([holder.held, ended]).toEqual([true, 0]);
    await world.outlive(1);
    expect([holder.losses, ended, world.engine.stats().sessions]).toEqual([["session-lost"], 1, 0]);
    await world.streamLost(session, "gone");
    await world.outlive(10 * TTL);
    expect([holder.losses, ended]).toEqual([["session-lost"], 1]);
  });

  test("a message in time keeps a session, however often, and all that lives in it", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    const holder = await world.hold("a", { session });
    const other = await world.hold("b", { ttlMs: 60 * TTL });
    const waiter = await world.queue("b", { session });
    for (let seq = 1; seq <= 20; seq++) {
      await world.heard(session, seq);
      expect(world.remainingMs(holder)).toBe(TTL);
      await world.advance(TTL - 1);
    }
    await world.heard(session, 21);
    await world.release(other);
    expect([holder.told, waiter.told]).toEqual([["granted"], ["granted"]]);
  });

  test("what a session's leases have left is counted from the newest message", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    const holder = await world.hold("a", { session });
    await world.heard(session, 1);
    await world.advance(10_000);
    const later = await world.hold("b", { session });
    expect([world.remainingMs(holder), world.remainingMs(later)]).toEqual([TTL - 10_000, TTL - 10_000]);
    expect((await world.inspect("b")).holders[0]?.remainingMs).toBe(TTL - 10_000);
  });

  test("kept is the newest message that counted: none after its end", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    const kept = [session.kept];
    await world.heard(session, 1);
    await world.heard(session, 7);
    kept.push(session.kept);
    await world.outlive(TTL);
    await world.heard(session, 8);
    expect([...kept, session.kept]).toEqual([0, 7, 7]);
  });

  test("C6: a message that comes after the session's end revives nothing", async () => {
    const world = await open();
    let ended = 0;
    const session = world.engine.openSession(TTL, GRACE, () => ended++);
    const holder = await world.hold("a", { session });
    await world.heard(session, 1);
    await world.outlive(TTL);
    await world.heard(session, 2);
    expect((await world.ask("b", { session })).told).toEqual(["SESSION_LOST"]);
    expect([holder.losses, ended, (await world.tryFor("a")).held]).toEqual([["session-lost"], 1, true]);
  });

  test("C14: a session that was not heard in time starts the lock delay", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 5_000 })] });
    const session = world.engine.openSession(TTL, GRACE);
    await world.hold("a", { session });
    const waiter = await world.queue("a");
    await world.heard(session, 1);
    await world.outlive(TTL);
    expect([waiter.held, (await world.inspect("a")).holderCount]).toEqual([false, 0]);
    await world.outlive(5_000);
    expect(waiter.held).toBe(true);
  });

  test("C2: the tickets of a session that was not heard in time leave the queue, and those behind move up", async () => {
    const world = await open();
    const holder = await world.hold("a", { ttlMs: 10 * TTL });
    const session = world.engine.openSession(TTL, GRACE);
    const ghost = await world.queue("a", { session });
    const next = await world.queue("a");
    await world.heard(session, 1);
    await world.outlive(TTL);
    expect((await world.inspect("a")).waiterCount).toBe(1);
    await world.release(holder);
    expect([ghost.told, next.told]).toEqual([[], ["granted"]]);
  });

  test("no lock is held by a session whose ttl is over the ceiling of its pool", async () => {
    const world = await open({ pools: [pool({ maxTtlMs: 60_000 })] });
    for (const ttlMs of [60_001, Infinity]) {
      const asked = await world.ask("a", { session: world.engine.openSession(ttlMs, 0) });
      expect([asked.told, asked.error?.field]).toEqual([["INVALID_TTL"], "ttl"]);
    }
    expect((await world.tryFor("a", { session: world.engine.openSession(60_000, 0) })).held).toBe(true);
  });
}
