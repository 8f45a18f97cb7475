import fc from "fast-check";
import { expect, test } from "vitest";
import { Lease, Lock } from "../../../src/core/lock.js";
import { Registry } from "../../../src/engine/memory/registry.js";
import { pool } from "../../contract/harness.js";
import { bond, requestOf } from "../../core/lock-of.js";

/** A registry whose random bytes count up: a run can be repeated. */
function registryOf(): Registry {
  let next = 0;
  return new Registry((buffer) => {
    for (let i = 0; i + 4 <= buffer.length; i += 4) buffer.writeUInt32BE(next++, i);
  });
}

function entryOf(id: string): Lease {
  return new Lease(id, new Lock("a", pool()), requestOf(), bond(), 1n, 0);
}

test("an id is a letter, digits and `_`, with 128 random bits", () => {
  const registry = new Registry();
  for (let i = 0; i < 2_000; i++) expect(registry.newId()).toMatch(/^l[0-9a-z]+_[0-9a-f]{32}$/);
});

test("an entry is found by its whole id and by nothing else", () => {
  const registry = registryOf();
  const entry = entryOf(registry.newId());
  registry.put(entry);
  expect(registry.get(entry.id)).toBe(entry);
  for (const id of [
    "",
    "l",
    "l_",
    "l0_",
    "x0_",
    `x${entry.id.slice(1)}`,
    `${entry.id}0`,
    entry.id.slice(0, -1),
  ]) {
    expect(registry.get(id)).toBeUndefined();
  }
});

test("the id of an entry that is gone finds nothing, though its slot is used again", () => {
  const registry = registryOf();
  const keep = entryOf(registry.newId());
  const gone = entryOf(registry.newId());
  for (const entry of [keep, gone]) registry.put(entry);
  registry.drop(gone);
  const next = entryOf(registry.newId());
  registry.put(next);
  expect([registry.get(gone.id), registry.get(next.id)]).toEqual([undefined, next]);
});

test("no id comes twice, whatever is dropped", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 300 }), (drops) => {
      const registry = registryOf();
      const ids = new Set<string>();
      const live: Lease[] = [];
      for (const [i, drop] of drops.entries()) {
        const entry = entryOf(registry.newId());
        expect(ids.has(entry.id)).toBe(false);
        ids.add(entry.id);
        registry.put(entry);
        live.push(entry);
        if (drop) registry.drop(live.splice(i % live.length, 1)[0]!);
        for (const other of live) expect(registry.get(other.id)).toBe(other);
      }
    }),
    { numRuns: 50 },
  );
});

test("any text may be asked for", () => {
  const registry = registryOf();
  registry.put(entryOf(registry.newId()));
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(registry.get(text)).toBeUndefined();
      expect(registry.get(`l${text}_0`)).toBeUndefined();
    }),
  );
  expect(registry.get(`l${"z".repeat(120)}_0`)).toBeUndefined();
});
