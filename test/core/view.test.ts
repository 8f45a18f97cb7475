import { expect, test } from "vitest";
import { end } from "../../src/core/end.js";
import { refOf, viewLeader, viewLock } from "../../src/core/view.js";
import { LockOf } from "./lock-of.js";

test("a view shows the first so many holders and waiters, and counts them all", () => {
  const it = new LockOf();
  const [first] = [it.hold({ mode: "shared" }), it.hold({ mode: "shared" }), it.hold({ mode: "shared" })];
  for (let i = 0; i < 5; i++) it.queue();
  const view = viewLock(it.lock, it.now, 1, 2);
  expect(view).toMatchObject({ holderCount: 3, waiterCount: 5, mode: "shared" });
  expect(view.holders.map(({ ref }) => ref)).toEqual([refOf(first.id)]);
  expect(view.waiters.map(({ position }) => position)).toEqual([1, 2]);
  expect(viewLock(it.lock, it.now, 0, 0)).toMatchObject({ holders: [], waiters: [], holderCount: 3 });
});

test("durations of a view are as of the moment that it is made for", () => {
  const it = new LockOf();
  it.hold({ ttlMs: 30_000 });
  it.queue();
  it.now += 4_000;
  const view = viewLock(it.lock, it.now, 1, 1);
  expect(view.holders).toMatchObject([{ heldForMs: 4_000, remainingMs: 26_000 }]);
  expect(view.waiters).toMatchObject([{ waitedMs: 4_000 }]);
});

test("C65: a ref is short, always the same, and not the id", () => {
  expect(refOf("some id")).toMatch(/^[0-9a-f]{12}$/);
  expect(refOf("some id")).toBe(refOf("some id"));
  expect(refOf("some id")).not.toBe(refOf("some other id"));
});

test("a leader is the one EXCLUSIVE holder of a lock of capacity 1", () => {
  const it = new LockOf();
  expect(viewLeader(it.lock, it.now)).toBeUndefined();
  const lease = it.hold({ value: "here" });
  expect(viewLeader(it.lock, it.now)).toMatchObject({ value: "here", token: lease.token, heldForMs: 0 });
  end(lease, "released", it.granting);
  it.hold({ mode: "shared" });
  expect(viewLeader(it.lock, it.now)).toBeUndefined();
});
