import { expect, test } from "vitest";
import type { SessionHandle } from "../../src/engine/engine.js";
import type { Asked } from "./asked.js";
import { pool } from "./harness.js";
import { rid, type opener, type World } from "./world.js";

const TTL = 30_000;
const MANY = 10_000;

type End = (session: SessionHandle) => void;

const ENDS: [how: string, end: End, isClose: boolean][] = [
  [
    "is closed",
    (session) => {
      session.close();
    },
    true,
  ],
  [
    "is lost",
    (session) => {
      session.streamLost("gone");
    },
    false,
  ],
];

/** A session with very much in it ends at one moment, though it may take a while until all is given back. */
export function sessionCrowd(open: ReturnType<typeof opener>): void {
  test.each(ENDS)(
    "a session with 10,000 leases that %s: all is free in the end, in order, while others work",
    async (_how, end) => {
      const world = await open();
      const session = world.engine.openSession(TTL, 0);
      const held = await holdMany(world, session, MANY);
      const waiters: Asked[] = [];
      for (let i = 0; i < MANY; i += 100) {
        for (let k = 0; k < 2; k++) waiters.push(await world.queue(`lock-${i}`));
      }
      end(session);
      const others: Asked[] = [];
      for (let i = 0; i < 100; i++) others.push(world.begin(`other-${i}`));
      await world.harness.settle();
      expect(others.every(({ held }) => held)).toBe(true);
      expect(world.engine.stats()).toMatchObject({ locks: 200, exclusiveLeases: 200, sessions: 0 });
      expect(waiters.map(({ held }, i) => held === (i % 2 === 0)).every(Boolean)).toBe(true);
      expect(held.every(({ told }) => told.length <= 2)).toBe(true);
    },
  );

  test.each(ENDS)(
    "C5: Release of a lease whose session %s says it was not held, and only a loss starts the lock delay",
    async (_how, end, isClose) => {
      const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
      const session = world.engine.openSession(TTL, 0);
      const held = await holdMany(world, session, 2_000);
      end(session);
      const answers = [];
      for (const { lease } of [held[0]!, held.at(-1)!]) answers.push(await world.engine.release(lease.id));
      await world.harness.settle();
      expect(answers).toEqual([false, false]);
      for (const name of ["lock-0", "lock-1999"]) {
        expect((await world.inspect(name)).lockDelayRemainingMs > 0).toBe(!isClose);
        expect((await world.tryFor(name)).held).toBe(isClose);
      }
      const { released, orphaned } = world.engine.stats();
      expect([released, orphaned]).toEqual(isClose ? [2_000, 0] : [0, 2_000]);
    },
  );

  test.each(ENDS)(
    "from a session that %s nothing is resumed or renewed, in whatever state",
    async (_how, end) => {
      const world = await open();
      const session = world.engine.openSession(TTL, 0);
      const held = await holdMany(world, session, 2_000);
      const newer = world.engine.openSession(TTL, 0);
      end(session);
      const resumed = newer.resume(
        held.map(({ lease }) => lease.id),
        held[0]!,
      );
      const renewed = (async () => world.engine.renew(held.at(-1)!.lease.id, undefined))();
      await world.harness.settle();
      expect(await resumed).toEqual([]);
      await expect(renewed).rejects.toMatchObject({ reason: "LEASE_NOT_HELD" });
      expect(world.engine.stats()).toMatchObject({ locks: 0, sessions: 1 });
    },
  );

  test.each(ENDS)(
    "C1: no waiter of a session that %s is granted any more, wherever it waits",
    async (_how, end) => {
      const world = await open();
      const session = world.engine.openSession(TTL, 0);
      const [holders, ghosts] = [[] as Asked[], [] as Asked[]];
      for (let i = 0; i < 2_000; i++) {
        holders.push(await world.hold(`lock-${i}`));
        ghosts.push(await world.queue(`lock-${i}`, { session }));
      }
      const next = await world.queue("lock-1999");
      end(session);
      for (const { lease } of holders.reverse()) await world.engine.release(lease.id);
      await world.harness.settle();
      expect(ghosts.every(({ told }) => told.length === 0)).toBe(true);
      expect([next.told, world.engine.stats().locks]).toEqual([["granted"], 1]);
    },
  );

  test.each(ENDS)(
    "C4: a request of a session that %s is a new one when it comes again",
    async (_how, end) => {
      const world = await open();
      const session = world.engine.openSession(TTL, 0);
      const held = await holdMany(world, session, 2_000);
      for (const name of ["crowded", "waited"]) await world.hold(name);
      for (let i = 0; i < 1_000; i++) await world.queue("crowded", { session });
      await world.queue("waited", { session, requestId: rid("waited") });
      const between = await world.queue("waited");
      const newer = world.engine.openSession(TTL, 0);
      end(session);
      const lease = world.begin("lock-1999", { session: newer, requestId: rid("1999") });
      const ticket = world.begin("waited", { session: newer, requestId: rid("waited") });
      await world.harness.settle();
      expect(lease.token).toBeGreaterThan(held[1_999]!.token);
      expect([between.told, ticket.places]).toEqual([[], [[2, 2]]]);
    },
  );
}

async function holdMany(world: World, session: SessionHandle, count: number): Promise<Asked[]> {
  const held: Asked[] = [];
  for (let i = 0; i < count; i++) {
    held.push(await world.hold(`lock-${i}`, { session, requestId: rid(`${i}`) }));
  }
  return held;
}
