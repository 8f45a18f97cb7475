import fc from "fast-check";
import { expect, test } from "vitest";
import { formatDuration, fromWire, parseDuration, toWire } from "../../src/contract/duration.js";

test.each([
  ["30s", 30_000],
  ["1.5m", 90_000],
  ["1h30m", 5_400_000],
  ["250ms", 250],
  ["2d", 172_800_000],
  ["0s", 0],
])("%s is %i ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  "",
  "30",
  "s",
  "30 s",
  "-1s",
  "1s ",
  "+1s",
  "1e3s",
  "1w",
  "s30",
  "30s30",
  "x30s",
  ".5s",
  "1.s",
  "1h-30m",
])("%j is no duration: a unit is a must, and nothing else may stand there", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test("a number too great to be one is no duration", () => {
  expect(parseDuration(`${"9".repeat(400)}s`)).toBeUndefined();
});

test("any text is a duration or it is not, and is never misread", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("1", "0", ".", "m", "s", "h", "d", " ", "-") }), (text) => {
      const isDuration = /^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text);
      expect(parseDuration(text) !== undefined).toBe(isDuration);
    }),
    { numRuns: 2_000 },
  );
});

test("what is formatted can be parsed again, to the two largest units, never longer than it was", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
      const again = parseDuration(formatDuration(ms))!;
      expect(again).toBeLessThanOrEqual(ms);
      expect(ms - again).toBeLessThan(ms < 60_000 ? 1_000 : ms < 86_400_000 ? 60_000 : 3_600_000);
    }),
  );
});

test.each([
  [0, "0ms"],
  [999.9, "999ms"],
  [1_000, "1s"],
  [192_000, "3m12s"],
  [3_600_000, "1h"],
  [3_605_000, "1h"],
  [90_061_000, "1d1h"],
  [-5, "0ms"],
  [Infinity, "forever"],
])("%d ms is told as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test("a duration goes over the wire to the microsecond", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e15 }), (micros) => {
      const wire = toWire(micros / 1000);
      expect(Math.abs(fromWire(wire, "ttl") - micros / 1000)).toBeLessThan(0.002);
      expect(wire.nanos).toBeLessThanOrEqual(999_999_999);
    }),
  );
});

test("what is left is never told longer than it is, nor negative", () => {
  expect(toWire(0.000_9)).toEqual({ seconds: 0n, nanos: 0 });
  expect(toWire(-5)).toEqual({ seconds: 0n, nanos: 0 });
  expect(toWire(1_999.999_9)).toEqual({ seconds: 1n, nanos: 999_999_000 });
});

test.each([
  [-1n, 0],
  [0n, -1],
  [0n, 1e9],
  [315_576_000_001n, 0],
  [315_576_000_000n, 1],
])("%d s and %d ns are refused, and the field is named", (seconds, nanos) => {
  expect(() => fromWire({ seconds, nanos }, "ttl", "INVALID_TTL")).toThrow(
    expect.objectContaining({ reason: "INVALID_TTL", field: "ttl" }),
  );
});
