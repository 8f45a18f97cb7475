import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { refusal, type opener } from "./world.js";

const TTL = 30_000;
const GRACE = 10_000;

export function sessions(open: ReturnType<typeof opener>): void {
  test("a session's leases live as long as its stream, whatever their ttl", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session });
    await world.advance(10 * TTL);
    expect(holder.held).toBe(true);
    expect(world.remainingMs(holder)).toBe(TTL);
  });

  test("a session whose client is gone ends at once where it has no grace", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session });
    await world.streamLost(session, "gone");
    expect(holder.told).toEqual(["granted", "lost: session-lost"]);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("a session whose client is gone ends after its grace", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    const holder = await world.hold("a", { session });
    const waiter = await world.queue("a");
    await world.streamLost(session, "gone");
    expect(world.remainingMs(holder)).toBeLessThanOrEqual(GRACE + world.harness.slackMs);
    const [seen] = (await world.inspect("a")).holders;
    expect(seen?.remainingMs).toBeLessThanOrEqual(GRACE + world.harness.slackMs);
    await world.advance(GRACE - 1);
    expect([holder.held, waiter.held]).toEqual([true, false]);
    await world.outlive(1);
    expect([holder.losses, waiter.held]).toEqual([["session-lost"], true]);
  });

  test("a session that fell silent runs to its ttl, whatever its grace", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session });
    await world.streamLost(session, "silent");
    await world.advance(TTL - 1);
    expect(holder.held).toBe(true);
    await world.outlive(1);
    expect(holder.losses).toEqual(["session-lost"]);
  });

  test("C2: the tickets of a session that fell silent leave the queue at once", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const session = world.engine.openSession(TTL, GRACE);
    const ghost = await world.queue("a", { session });
    await world.streamLost(session, "silent");
    await world.release(holder);
    expect(ghost.told).toEqual([]);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("C2: the tickets of a session whose client is gone stay for its grace, then leave", async () => {
    const world = await open();
    await world.hold("a", { ttlMs: 60_000 });
    const session = world.engine.openSession(TTL, GRACE);
    const ghost = await world.queue("a", { session });
    const next = await world.queue("a");
    await world.streamLost(session, "gone");
    expect((await world.inspect("a")).waiterCount).toBe(2);
    await world.outlive(GRACE);
    expect((await world.inspect("a")).waiterCount).toBe(1);
    await world.outlive(60_000);
    expect([ghost.told, next.held]).toEqual([[], true]);
  });

  test.each(["gone", "silent"] as const)(
    "C2: none of several tickets of one session is granted to a client that is %s",
    async (how) => {
      const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
      const reader = await world.hold("a", { mode: "shared" });
      const session = world.engine.openSession(TTL, 0);
      const ghosts = [
        await world.queue("a", { session }),
        await world.queue("a", { session, mode: "shared" }),
      ];
      await world.streamLost(session, how);
      await world.release(reader);
      expect(ghosts.map(({ told }) => told)).toEqual([[], []]);
      expect((await world.tryFor("a")).held).toBe(true);
    },
  );

  test("C1: a waiter whose session ends in the very tick in which its turn comes is not granted", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    const names = Array.from({ length: 8 }, (_, i) => `lock-${i}`);
    const ghosts = [];
    for (const name of names.slice(0, 4)) await world.hold(name, { ttlMs: GRACE });
    for (const name of names) ghosts.push(await world.ask(name, { session, patienceMs: Infinity }));
    await world.streamLost(session, "gone");
    await world.outlive(GRACE);
    expect(ghosts.slice(0, 4).map(({ told }) => told)).toEqual([[], [], [], []]);
    for (const name of names) expect((await world.tryFor(name)).held).toBe(true);
  });

  test("a session that has ended takes on nothing", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    await world.streamLost(session, "gone");
    await world.streamLost(session, "gone");
    expect((await world.ask("a", { session })).told).toEqual(["SESSION_LOST"]);
    expect(world.engine.stats().sessions).toBe(0);
  });

  test("a stream lost twice ends at the earlier of the two moments", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, GRACE);
    const holder = await world.hold("a", { session });
    await world.streamLost(session, "gone");
    await world.advance(GRACE / 2);
    await world.streamLost(session, "gone");
    await world.outlive(GRACE / 2);
    expect(holder.losses).toEqual(["session-lost"]);
  });

  test("a session's lease is freed by its release, and a unary renewal of it changes nothing", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session });
    await world.renew(holder, 60_000);
    expect(world.remainingMs(holder)).toBe(TTL);
    expect(await world.release(holder)).toBe(true);
    expect(holder.losses).toEqual(["released"]);
    expect(await refusal(() => world.renew(holder))).toBe("LEASE_NOT_HELD");
  });

  test("maxhold ends a session's lease too, and its holder is told why", async () => {
    const world = await open({ pools: [pool({ maxHoldMs: 15_000 })] });
    const holder = await world.hold("a", { session: world.engine.openSession(TTL, 0) });
    await world.outlive(15_000);
    expect(holder.losses).toEqual(["max-hold"]);
  });

  test("a session without ttl that falls silent does not hold for ever", async () => {
    const world = await open({ pools: [pool({ maxTtlMs: Infinity })] });
    const session = world.engine.openSession(Infinity, 0);
    const holder = await world.hold("a", { session });
    await world.streamLost(session, "silent");
    await world.outlive(60_000);
    expect(holder.losses).toEqual(["session-lost"]);
  });
}
