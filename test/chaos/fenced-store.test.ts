import { describe, expect, test } from "vitest";
import { faultsOfWrites, FencedStore } from "./fenced-store.js";

describe("C24: a fenced store", () => {
  test("refuses a stale writer once a newer token has written, or only read, that row", () => {
    const store = new FencedStore();
    expect(store.write("a", 1n, 1)).toBe(true);
    expect(store.write("a", 2n, 2)).toBe(true);
    expect(store.write("a", 1n, 2)).toBe(false);
    expect(store.read("a", 3n)).toBe(2);
    expect([store.write("a", 2n, 3), store.read("a", 2n)]).toEqual([false, undefined]);
    expect([store.write("b", 1n, 1), store.write("a", 3n, 3), store.write("a", 3n, 4)]).toEqual([
      true,
      true,
      true,
    ]);
    expect(faultsOfWrites(store.writes)).toEqual([]);
  });

  test("whose history has a lost update or a stale write is seen to be wrong", () => {
    const a = { key: "a", token: 1n, value: 1 };
    const b = { key: "b", token: 9n, value: 1 };
    expect(faultsOfWrites([a, b, { ...a, token: 2n }])).toEqual(["a: 1 was written over 1"]);
    expect(faultsOfWrites([a, { ...a, token: 2n, value: 3 }])).toEqual(["a: 3 was written over 1"]);
    expect(faultsOfWrites([b, { ...b, token: 8n, value: 2 }])).toEqual(["b: token 8 wrote after 9"]);
  });
});
