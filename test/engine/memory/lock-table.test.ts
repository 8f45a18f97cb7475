import fc from "fast-check";
import { expect, test } from "vitest";
import { Lock } from "../../../src/core/lock.js";
import { LockTable } from "../../../src/engine/memory/lock-table.js";
import { pool } from "../../contract/harness.js";

test("a table finds the locks that are in it by their names, and those only", () => {
  const name = fc.oneof(
    fc.nat(30).map((n) => `lock-${n}`),
    fc.string({ unit: "binary", maxLength: 40 }),
  );
  fc.assert(
    fc.property(fc.array(name, { maxLength: 300 }), (names) => {
      const table = new LockTable();
      const expected = new Map<string, Lock>();
      for (const it of names) {
        const known = expected.get(it);
        expect(table.get(it)).toBe(known);
        if (known === undefined) {
          const lock = new Lock(it, pool());
          table.add(lock);
          expected.set(it, lock);
        } else {
          table.remove(known);
          expected.delete(it);
        }
        expect(table.size).toBe(expected.size);
      }
      for (const [it, lock] of expected) expect(table.get(it)).toBe(lock);
      expect(new Set(table)).toEqual(new Set(expected.values()));
    }),
  );
});

test("a hundred thousand names are spread: none takes long to find", () => {
  const table = new LockTable();
  const locks = Array.from(
    { length: 100_000 },
    (_, i) => new Lock(`reports/${i % 100}/nightly-${i}`, pool()),
  );
  for (const lock of locks) table.add(lock);
  // With the shard in the upper bits and the bucket in the lower ones, few share all of those that are looked at.
  const chains = new Map<number, number>();
  for (const { hash } of locks) {
    const chain = (hash >>> 24) * 512 + (hash & 511);
    chains.set(chain, (chains.get(chain) ?? 0) + 1);
  }
  expect(Math.max(...chains.values())).toBeLessThan(15);
  for (const lock of locks) table.remove(lock);
  expect([table.size, table.get(locks[0]!.name)]).toEqual([0, undefined]);
});
