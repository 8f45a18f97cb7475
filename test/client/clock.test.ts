import { describe, expect, it } from "vitest";
import { elapsedSince, moment, SleepAwareClock } from "../../src/client/clock.js";
import { safetyMargin } from "../../src/client/margin.js";

it("time that the machine slept counts, though its clock stood still", () => {
  const now = moment();
  expect(elapsedSince({ ...now, uptimeMs: now.uptimeMs - 60_000 })).toBeGreaterThanOrEqual(60_000);
  expect(elapsedSince({ ...now, awakeMs: now.awakeMs - 5_000 })).toBeGreaterThanOrEqual(5_000);
});

describe("the margin is a tenth, at most a second, at least a thousandth", () => {
  it.each([
    [1_000, 100],
    [10_000, 1_000],
    [60_000, 1_000],
    [3_600_000, 3_600],
  ])("of %i ms it is %i ms", (ttlMs, marginMs) => {
    expect(safetyMargin(ttlMs)).toBe(marginMs);
  });
});

describe("the clock of leases", () => {
  it("counts the time that the machine slept, and never falls", () => {
    const at = { awake: 1_000, wall: 50_000, uptime: 9_000 };
    const clock = new SleepAwareClock({
      awake: () => at.awake,
      wall: () => at.wall,
      uptime: () => at.uptime,
    });
    const start = clock.now();
    const pass = (awake: number, slept: number) => {
      at.awake += awake;
      at.wall += awake + slept;
      at.uptime += awake + slept;
      return clock.now() - start;
    };
    expect(pass(5, 0)).toBe(5);
    expect(pass(5, 60_000)).toBe(60_010);
    expect(pass(200, 0)).toBe(60_210);
  });

  it("does not move with the wall clock", () => {
    const at = { awake: 0, wall: 50_000, uptime: 9_000 };
    const clock = new SleepAwareClock({
      awake: () => at.awake,
      wall: () => at.wall,
      uptime: () => at.uptime,
    });
    const start = clock.now();
    at.wall += 3_600_000;
    expect(clock.now()).toBe(start);
    at.wall = 0;
    expect(clock.now()).toBe(start);
  });

  it("finds a sleep that the wall clock doesn't show within a tenth of a second", () => {
    const at = { awake: 0, wall: 50_000, uptime: 9_000 };
    const clock = new SleepAwareClock({
      awake: () => at.awake,
      wall: () => at.wall,
      uptime: () => at.uptime,
    });
    const start = clock.now();
    at.uptime += 60_100;
    at.awake += 100;
    at.wall += 100;
    expect(clock.now() - start).toBe(60_100);
  });
});
