import v8 from "node:v8";
import vm from "node:vm";
import { expect, test } from "vitest";
import type { Caller, GrantedLease, Order } from "../../../src/engine/engine.js";
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
