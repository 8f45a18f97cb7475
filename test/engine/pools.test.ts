import fc from "fast-check";
import { expect, test } from "vitest";
import { Pools } from "../../src/engine/pools.js";
import { pool } from "../contract/harness.js";

function poolFor(name: string, ...pools: string[]): string | undefined {
  return new Pools(pools.map((pattern) => pool({ name: pattern }))).find(name)?.name;
}

test("an exact name wins over every pattern", () => {
  expect(poolFor("reports/daily", "*", "reports/dail*", "reports/daily", "reports/daily*")).toBe(
    "reports/daily",
  );
});

test("the longest pattern that covers wins, whatever the order", () => {
  expect(poolFor("reports/daily", "*", "reports/*", "rep*")).toBe("reports/*");
  expect(poolFor("reports/daily", "reports/*", "rep*", "*")).toBe("reports/*");
});

test("of patterns of one length the earlier one wins", () => {
  expect(poolFor("ab", "a*", "*b")).toBe("a*");
  expect(poolFor("ab", "*b", "a*")).toBe("*b");
});

test("what nothing covers has no pool", () => {
  expect(poolFor("b", "a", "a*", "*a")).toBeUndefined();
});

test.each([
  ["*", ["", "a", "a/b", "*"], []],
  ["a*", ["a", "ab", "a*"], ["", "ba"]],
  ["*a", ["a", "ba"], ["ab"]],
  ["a*a", ["aa", "aba", "aaa"], ["a", "ab"]],
  ["a*b*c", ["abc", "axbxc", "abbc", "abcbc"], ["ac", "acb", "abcd"]],
  ["*b*", ["b", "abc"], ["", "ac"]],
  ["a**b", ["ab", "axb"], ["a"]],
  ["ab*ba", ["abba", "abxba"], ["aba"]],
  ["a.*", ["a.", "a.b"], ["ab"]],
  ["[x]*", ["[x]", "[x]y"], ["x"]],
])("%s stands for any characters, also none, and for nothing else", (pattern, covered, others) => {
  expect(covered.filter((name) => poolFor(name, pattern) === undefined)).toEqual([]);
  expect(others.filter((name) => poolFor(name, pattern) !== undefined)).toEqual([]);
});

test("a pattern covers what the same regular expression matches", () => {
  const short = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 });
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*"), maxLength: 6 });
  fc.assert(
    fc.property(short, pattern, (name, text) => {
      const expected = new RegExp(`^${text.split("*").join(".*")}$`).test(name);
      expect(poolFor(name, text) !== undefined).toBe(expected);
    }),
    { numRuns: 2_000 },
  );
});
