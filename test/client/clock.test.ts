import { describe, expect, it } from "vitest";
import { elapsedSince, moment } from "../../src/client/clock.js";
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
