import { describe, expect, it } from "vitest";
import type { Policy } from "../../../src/core/policy.js";
import { load } from "./written.js";

function pool(keys: string): Policy {
  return load(`pools:\n  - {name: a, ${keys}}\n`).settings.pools[0]!;
}

describe("a pool", () => {
  it("of every key", () => {
    const keys =
      'expire: 5m, maxexpire: "2h", maxhold: 1d, maxlocks: 3, servers: [b, c], lockdelay: 1.5, maxwaiters: 0';
    expect(pool(keys)).toEqual({
      name: "a",
      defaultTtlMs: 300_000,
      maxTtlMs: 7_200_000,
      maxHoldMs: 86_400_000,
      capacity: 3,
      servers: ["b", "c"],
      lockDelayMs: 1_500,
      maxWaiters: 0,
    });
  });

  it.each([
    ["expire: 300", 300_000, 86_400_000],
    ["expire: 200000", 200_000_000, 200_000_000],
    ["expire: 0", Infinity, Infinity],
    ["expire: '0'", Infinity, Infinity],
    ["expire: 0, maxexpire: 0", Infinity, Infinity],
    ["expire: 60, maxexpire: 0", 60_000, Infinity],
    ["expire: 60, maxexpire: 60", 60_000, 60_000],
    ["expire: 1", 1_000, 86_400_000],
    ["expire: 1.1", 1_100, 86_400_000],
    ["expire: 999999999", 999_999_999_000, 999_999_999_000],
  ])("with %s has the default ttl %d and the ceiling %d", (keys, ttl, ceiling) => {
    expect(pool(keys)).toMatchObject({ defaultTtlMs: ttl, maxTtlMs: ceiling });
  });

  it.each([
    ["acme1, acme2", ["acme1", "acme2"]],
    ["acme1,acme2,", ["acme1", "acme2"]],
    ["ac me1 ,, acme2", ["acme1", "acme2"]],
    ["acme1, acme1", ["acme1"]],
  ])("lists its servers as the old service did: %j", (text, expected) => {
    expect(pool(`servers: "${text}"`).servers).toEqual(expected);
  });
});

it("names are lock names or patterns, of any alphabet", () => {
  const { pools } = load(
    'pools: [{name: "*"}, {name: "reports/*"}, {name: "a*b*"}, {name: "a b"}, {name: "größe"}]',
  ).settings;
  expect(pools.map(({ name }) => name)).toEqual(["*", "reports/*", "a*b*", "a b", "größe"]);
});

it("a name out of normal form C is refused, as it is on the wire", () => {
  expect(() => load('pools: [{name: "gro\\u0308sse"}]')).toThrow("it is not in Unicode normalization form C");
});
