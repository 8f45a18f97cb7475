import { expect, test } from "vitest";
import type { Caller, Order, SessionHandle } from "../../../src/engine/engine.js";
import type { Asked } from "../../contract/asked.js";
import { pool } from "../../contract/harness.js";
import { happenedIn, kept, makeMemory, MemoryWorld, NOTHING_KEPT } from "./make.js";

// However much follows from one thing, no turn of the event loop does much of it: the others have theirs in between.

/** What long work, and what is due, may take of a turn, and how much the last step of them may bring along. */
const STEPS = 500;
const DUE_STEPS = 1_000;
const RUN = 502;
const MANY = 10_000;

test.each(["closed", "gone", "silent"] as const)(
  "a session with 10,000 leases that is %s gives them back over many turns",
  (how) => {
    const crowd = new Crowd();
    const session = crowd.world.engine.openSession(30_000, 0);
    for (let i = 0; i < MANY; i++) crowd.ask(`lock-${i}`, { session });
    crowd.watch(() => {
      endSession(session, how);
    });
    crowd.watch(() => {
      crowd.world.time.advance(30_000);
    });
    crowd.expectSlices(MANY, STEPS);
    expect(kept(crowd.world.engine)).toEqual(NOTHING_KEPT);
  },
);

test("sessions that lapse together share each turn's steps", () => {
  const crowd = new Crowd();
  for (let s = 0; s < 100; s++) {
    const session = crowd.world.engine.openSession(30_000, 0);
    for (let i = 0; i < 100; i++) crowd.ask(`lock-${s}-${i}`, { session });
    session.heard(1);
  }
  crowd.watch(() => {
    crowd.world.time.advance(30_000);
  });
  crowd.expectSlices(MANY, STEPS);
});

test("10,000 tickets of one session in one queue leave it over many turns, though those behind a gone head go with it", () => {
  const crowd = new Crowd();
  const session = crowd.world.engine.openSession(30_000, 0);
  crowd.ask("a", { mode: "shared" });
  for (let i = 0; i < MANY; i++) crowd.ask("a", { session });
  crowd.watch(() => {
    session.close();
  });
  crowd.expectSlices(MANY, STEPS + RUN);
  expect(crowd.world.engine.stats()).toMatchObject({ waiters: 0, cancelled: MANY, sharedLeases: 1 });
});

test("10,000 readers behind a writer are granted over many turns", () => {
  const crowd = new Crowd();
  const session = crowd.world.engine.openSession(30_000, 0);
  crowd.ask("a", { session });
  for (let i = 0; i < MANY; i++) crowd.ask("a", { mode: "shared" });
  crowd.watch(() => {
    session.close();
  });
  crowd.expectSlices(MANY, STEPS + RUN);
  expect(crowd.world.engine.stats()).toMatchObject({ sharedLeases: MANY, waiters: 0 });
});

test.each(["session's close", "expiry"])(
  "100 writers with 300 readers behind each, ended by one %s, hand over turn by turn",
  (what) => {
    const crowd = new Crowd();
    const session = crowd.world.engine.openSession(30_000, 0);
    for (let i = 0; i < 100; i++) {
      crowd.ask(`lock-${i}`, what === "expiry" ? { ttlMs: 1_000 } : { session });
      for (let k = 0; k < 300; k++) crowd.ask(`lock-${i}`, { mode: "shared", ttlMs: 60_000 });
    }
    crowd.watch(() => {
      if (what === "expiry") crowd.world.time.advance(1_000);
      else session.close();
    });
    crowd.expectSlices(30_000, what === "expiry" ? DUE_STEPS + RUN : STEPS + RUN);
    expect(crowd.world.engine.stats()).toMatchObject({ sharedLeases: 30_000, exclusiveLeases: 0 });
  },
);

test("C31: nobody overtakes a run that is unfinished, and whatever ends meanwhile leaves it as it is", async () => {
  const world = new MemoryWorld();
  const writer = await world.hold("a");
  const readers: Asked[] = [];
  for (let i = 0; i < 1_200; i++) readers.push(await world.queue("a", { mode: "shared" }));
  void world.engine.release(writer.lease.id);
  expect(readers.filter(({ held }) => held).length).toBeLessThan(1_200);
  const [late, tried] = [world.begin("a", { mode: "shared" }), world.begin("a", { patienceMs: 0 })];
  readers[1_100]!.pending.cancel();
  world.time.turn();
  expect([late.told, tried.told, readers[1_100]!.told]).toEqual([["granted"], ["contended"], []]);
  expect(late.token).toBeGreaterThan(readers[1_199]!.token);
  expect(readers.filter(({ held }) => held).length).toBe(1_199);
});

test("C43: a run that was to go on is nothing to those who came when its lock had come and gone", async () => {
  const world = new MemoryWorld();
  const seen: (bigint | undefined)[] = [];
  world.engine.observe("a", (leader) => seen.push(leader?.token));
  const writer = await world.hold("a");
  const readers: Asked[] = [];
  for (let i = 0; i < 501; i++) readers.push(await world.queue("a", { mode: "shared" }));
  void world.engine.release(writer.lease.id);
  readers[500]!.pending.cancel();
  for (const { lease } of readers.slice(0, 500)) void world.engine.release(lease.id);
  const next = await world.hold("a");
  world.time.turn();
  expect([next.held, seen.at(-1)]).toEqual([true, next.token]);
});

function endSession(session: SessionHandle, how: "closed" | "gone" | "silent"): void {
  if (how === "closed") session.close();
  else session.streamLost(how);
}

const NOBODY: Caller = { granted: () => undefined, notAcquired: () => undefined, failed: () => undefined };

/** Many who ask one engine, and how much happens in each turn of its event loop. */
class Crowd {
  readonly world = new MemoryWorld(makeMemory({ pools: [pool({ maxWaiters: 1e6 })] }));
  private readonly turns: number[] = [];

  ask(name: string, wish: Partial<Order>): void {
    this.world.engine.acquire({ ...this.world.order(name), ...wish }, NOBODY);
  }

  /** Counts what happens in each turn of the event loop, of which `begin` is the first. */
  watch(begin: () => void): void {
    const { engine, time } = this.world;
    let last = happenedIn(engine);
    time.onTurn = () => {
      const now = happenedIn(engine);
      this.turns.push(now - last);
      last = now;
    };
    begin();
    time.onTurn();
    time.turn();
  }

  expectSlices(total: number, most: number): void {
    expect(Math.max(...this.turns)).toBeLessThanOrEqual(most);
    expect(this.turns.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(total);
  }
}
