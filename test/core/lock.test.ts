import { expect, test } from "vitest";
import { end, lapse, setPolicy, withdraw } from "../../src/core/end.js";
import { isIdle, type Happening } from "../../src/core/lock.js";
import { pool } from "../contract/harness.js";
import { LockOf } from "./lock-of.js";

test("a release says what it did: one lease ended, then the next granted", () => {
  const it = new LockOf();
  const lease = it.hold();
  const ticket = it.queue();
  expect(kinds(end(lease, "released", it.granting))).toEqual(["ended", "granted"]);
  expect(it.lock.holders.first).toMatchObject({ kind: "lease", id: ticket.id });
});

test("a ticket that another replica keeps is told to be next, and holds up those behind it", () => {
  const it = new LockOf();
  const lease = it.hold({ mode: "shared" });
  const writer = it.queue();
  it.queue({ mode: "shared" });
  it.isMine = false;
  const happenings = end(lease, "released", it.granting);
  expect(kinds(happenings)).toEqual(["ended", "next"]);
  expect(happenings[1]).toMatchObject({ ticket: { id: writer.id } });
  expect([it.lock.holders.size, it.lock.queue.size]).toEqual([0, 2]);
});

test("a head out of patience leaves at the moment of a grant, before another replica is asked", () => {
  const it = new LockOf();
  const lease = it.hold();
  it.queue({}, 500);
  it.now += 500;
  it.isMine = false;
  expect(kinds(end(lease, "released", it.granting))).toEqual(["ended", "left"]);
});

test("a ticket behind the head that leaves lets nobody ahead", () => {
  const it = new LockOf({ capacity: 2 });
  it.hold();
  it.queue({ weight: 2 });
  const second = it.queue({ weight: 2 });
  it.queue();
  expect(kinds(withdraw(second, "cancelled", it.granting))).toEqual(["left"]);
});

test("C20: the token is the greatest of the last one of this lock plus 1 and the floor", () => {
  const it = new LockOf();
  it.floor = 100n;
  const first = it.hold({ mode: "shared" });
  const second = it.hold({ mode: "shared" });
  it.floor = 2n ** 60n;
  const third = it.hold({ mode: "shared" });
  expect([first.token, second.token, third.token]).toEqual([100n, 101n, 2n ** 60n]);
});

test("a lease that reached maxhold ends as such, another one as expired", () => {
  const it = new LockOf({ maxHoldMs: 10_000 });
  expect(lapse(it.hold({ mode: "shared", ttlMs: 30_000 }))).toBe("max-hold");
  expect(lapse(it.hold({ mode: "shared", ttlMs: 5_000 }))).toBe("expired");
});

test("an entry that leaves takes its units and request id along: the lock is idle again", () => {
  const it = new LockOf();
  const lease = it.hold({ requestId: "x" });
  const ticket = it.queue({ requestId: "y" });
  withdraw(ticket, "cancelled", it.granting);
  end(lease, "released", it.granting);
  expect(isIdle(it.lock)).toBe(true);
  expect(it.lock).toMatchObject({ exclusiveUnits: 0, sharedCount: 0, byRequestId: undefined });
});

test("C34: a reload ends the waiters that can't be served before it lets the others in", () => {
  const it = new LockOf({ capacity: 3 });
  it.hold();
  it.queue({ weight: 3 });
  it.queue();
  expect(kinds(setPolicy(it.lock, pool({ capacity: 2 }), it.granting))).toEqual(["left", "granted"]);
});

function kinds(happenings: readonly Happening[]): string[] {
  return happenings.map(({ kind }) => kind);
}
