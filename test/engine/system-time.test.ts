import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { SystemTime } from "../../src/engine/time.js";
import { EventLoop } from "./event-loop.js";

class Process extends EventLoop {
  readonly time: SystemTime;

  constructor() {
    super();
    this.install();
    this.time = new SystemTime(() => this.ms, 1_700_000_000_000);
    onTestFinished(() => {
      this.time.stop();
    });
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
});

test("time runs as the clock does", () => {
  const process = new Process();
  const start = process.time.now();
  process.run(10_000);
  expect(process.time.now() - start).toBe(10_000);
});

test("an alarm rings at its moment, once, and the last one set counts", () => {
  const process = new Process();
  const rung: string[] = [];
  process.time.alarm(process.time.now() + 500, () => rung.push("replaced"));
  process.time.alarm(process.time.now() + 1_000, () => rung.push("rung"));
  process.run(999);
  expect(rung).toEqual([]);
  process.run(10_000);
  expect(rung).toEqual(["rung"]);
});

test("an alarm further off than a timer can be set still rings at its moment only", () => {
  const process = new Process();
  let rung = 0;
  process.time.alarm(process.time.now() + 2 ** 32, () => rung++);
  process.run(10_000);
  expect(rung).toBe(0);
});

test("no alarm rings after Infinity was set, nor after the stop", () => {
  const process = new Process();
  let rung = 0;
  process.time.alarm(process.time.now() + 100, () => rung++);
  process.time.alarm(Infinity, () => rung++);
  process.run(1_000);
  process.time.alarm(process.time.now() + 100, () => rung++);
  process.time.stop();
  process.run(1_000);
  expect(rung).toBe(0);
});

test("C9: a stall adds itself to every deadline", () => {
  const process = new Process();
  const start = process.time.now();
  let rungAt = 0;
  process.time.alarm(start + 1_000, () => (rungAt = process.ms));
  process.run(500);
  process.stall(30_000);
  process.run(1_000);
  expect(process.time.now() - start).toBeLessThanOrEqual(2_000);
  expect(rungAt - 5_000).toBeGreaterThan(30_000);
});

test("C9: after a stall the sockets are read before anything is over", () => {
  const process = new Process();
  const order: string[] = [];
  process.time.alarm(process.time.now() + 300, () => order.push("alarm"));
  process.run(150);
  process.stall(30_000);
  process.arrive(() => order.push("read"));
  process.run(200);
  expect([process.time.settled, order]).toEqual([true, ["read", "alarm"]]);
});

test("C9: also where the stall is seen while the sockets are being read", () => {
  const process = new Process();
  const order: string[] = [];
  process.time.alarm(process.time.now() + 300, () => order.push("alarm"));
  process.run(150);
  process.arrive(() => {
    process.stall(30_000);
    process.arrive(() => order.push("read"));
    order.push(process.time.now() >= 5_300 && !process.time.settled ? "over, but not settled" : "not seen");
  });
  process.run(300);
  expect([process.time.settled, order]).toEqual([true, ["over, but not settled", "read", "alarm"]]);
});

test("C9: an alarm set while sockets are still to be read waits for that", () => {
  const process = new Process();
  const order: string[] = [];
  process.stall(30_000);
  process.time.alarm(process.time.now(), () => order.push("alarm"));
  process.arrive(() => order.push("read"));
  process.run(10);
  expect([process.time.settled, order]).toEqual([true, ["read", "alarm"]]);
});

test("a loop that stalls turn after turn still rings, when it has read its sockets", () => {
  const process = new Process();
  const order: string[] = [];
  process.time.alarm(process.time.now() + 1_000, () => order.push("alarm"));
  for (let turn = 1; turn <= 10; turn++) {
    process.stall(400);
    process.arrive(() => order.push("read"));
    process.turn();
  }
  // It is over in the third turn; the stall seen then has the sockets read once more.
  expect(order.slice(0, 6)).toEqual(["read", "read", "read", "read", "alarm", "read"]);
});

test("a busy moment is no stall: nothing is added for a timer that is late by up to 250 ms", () => {
  const process = new Process();
  const start = process.time.now();
  for (let i = 0; i < 20; i++) {
    process.run(100);
    process.stall(240);
    expect(process.time.settled).toBe(true);
  }
  expect(process.time.now() - start).toBe(20 * 340);
});

test("time never runs faster than the clock and never back, whatever stalls", () => {
  const process = new Process();
  let before = { clock: process.ms, now: process.time.now() };
  for (const [run, stall] of [
    [10, 400],
    [3, 10_000],
    [120, 0],
    [1, 351],
    [1, 351],
    [250, 90],
    [0, 1e6],
  ] as const) {
    process.run(run);
    process.stall(stall);
    const after = { clock: process.ms, now: process.time.now() };
    expect(after.now).toBeGreaterThanOrEqual(before.now);
    expect(after.now - before.now).toBeLessThanOrEqual(after.clock - before.clock);
    before = after;
  }
});

test("C8: wall-clock jumps change neither time nor tokens", () => {
  const process = new Process();
  const before = { now: process.time.now(), micros: process.time.micros() };
  for (const jump of [3_600_000, -7_200_000]) {
    vi.stubGlobal("Date", { now: () => 1_700_000_000_000 + jump });
    process.run(1_000);
  }
  expect(process.time.now() - before.now).toBe(2_000);
  expect(process.time.micros() - before.micros).toBe(2_000_000n);
});

test("C21: microseconds begin at the wall clock and never go back, over a stall neither", () => {
  const process = new Process();
  expect(process.time.micros()).toBe(1_700_000_000_000_000n);
  process.run(10);
  process.stall(10_000);
  process.time.now();
  expect(process.time.micros()).toBe(1_700_000_010_010_000n);
});
