import v8 from "node:v8";
import vm from "node:vm";
import { expect, test } from "vitest";
import type { Caller, GrantedLease, LockEngine, Order, SessionHandle } from "../../../src/engine/engine.js";
import { OWNER } from "../../contract/world.js";
import { kept, makeMemory, NOTHING_KEPT } from "./make.js";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;

const LOCKS = 100_000;
/** What the heap may differ by for reasons that are not ours. */
const NOISE_BYTES = 3e6;

test("C36: 100,000 locks with a holder, a waiter and a session each come and go, and nothing is left of them", () => {
  const { engine, time } = makeMemory();
  const round = (): number => {
    const busy = comeAndGo();
    time.advance(60_000);
    expect(kept(engine)).toEqual(NOTHING_KEPT);
    return busy;
  };
  const comeAndGo = (): number => {
    const sessions = Array.from({ length: 1_000 }, () => engine.openSession(30_000, 0));
    for (let i = 0; i < LOCKS; i++) {
      const name = `lock-${i}`;
      engine.acquire(orderOf(name), NOBODY);
      const waiter = engine.acquire({ ...orderOf(name), session: sessions[i % 1_000] }, NOBODY);
      if (i % 3 === 0) waiter.cancel();
    }
    const busy = heapNow();
    for (const session of sessions) session.streamLost("gone");
    return busy;
  };
  round();
  const before = heapNow();
  const busy = round();
  const after = heapNow();
  round();
  expect(busy - before).toBeGreaterThan(10e6);
  expect(after - before).toBeLessThan(NOISE_BYTES);
  expect(heapNow() - after).toBeLessThan(NOISE_BYTES);
});

test("a lock that is taken and released for ever takes no more and no more", () => {
  const { engine } = makeMemory();
  const caller: Caller = {
    granted: (lease: GrantedLease) => void engine.release(lease.id),
    notAcquired: () => undefined,
    failed: () => undefined,
  };
  const round = (): void => {
    for (let i = 0; i < LOCKS; i++) engine.acquire(orderOf(`lock-${i % 100}`), caller);
  };
  round();
  const before = heapNow();
  round();
  expect(kept(engine)).toMatchObject({ locks: 0, idSlots: 0 });
  expect(heapNow() - before).toBeLessThan(NOISE_BYTES);
});

test.each([
  ["a lease that a session holds", holdOwn],
  ["a waiter of a session", waitInLine],
])("%s takes the engine at most 800 bytes", (_what, ask) => {
  const { engine } = makeMemory();
  const sessions = Array.from({ length: 1_000 }, () => engine.openSession(30_000, 0));
  const before = heapNow();
  sessions.forEach((session, s) => {
    for (let i = 0; i < 100; i++) ask(engine, session, s * 100 + i);
  });
  expect((heapNow() - before) / LOCKS).toBeLessThanOrEqual(800);
  const { exclusiveLeases, waiters } = engine.stats();
  expect(Math.max(exclusiveLeases, waiters)).toBe(LOCKS);
});

function holdOwn(engine: LockEngine, session: SessionHandle, i: number): void {
  engine.acquire({ ...orderOf(`lock-${i}`), session }, NOBODY);
}

/** Behind one of a hundred holders. */
function waitInLine(engine: LockEngine, session: SessionHandle, i: number): void {
  const name = `lock-${i % 100}`;
  if (i < 100) engine.acquire({ ...orderOf(name), ttlMs: 86_400_000 }, NOBODY);
  engine.acquire({ ...orderOf(name), session }, NOBODY);
}

const NOBODY: Caller = { granted: () => undefined, notAcquired: () => undefined, failed: () => undefined };

function orderOf(name: string): Order {
  return {
    name,
    mode: "exclusive",
    weight: 1,
    ttlMs: 30_000,
    patienceMs: 40_000,
    owner: OWNER,
    requestId: undefined,
    value: "",
    election: false,
    principal: "",
    session: undefined,
  };
}

function heapNow(): number {
  collect();
  return process.memoryUsage().heapUsed;
}
