import fc from "fast-check";
import { expect, test } from "vitest";
import { Chain, type Link } from "../../src/core/chain.js";

interface Bead extends Link<Bead> {
  readonly name: number;
}

function bead(name: number): Bead {
  return { name, prev: undefined, next: undefined };
}

test("a chain keeps order of arrival, whatever is removed", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat()), { maxLength: 60 }), (steps) => {
      const chain = new Chain<Bead>();
      const plain: Bead[] = [];
      for (const [i, removed] of steps.entries()) {
        if (removed === null || plain.length === 0) {
          const added = bead(i);
          chain.push(added);
          plain.push(added);
        } else chain.remove(plain.splice(removed % plain.length, 1)[0]!);
        expect(Array.from(chain, ({ name }) => name)).toEqual(plain.map(({ name }) => name));
        expect([chain.size, chain.first, chain.last]).toEqual([plain.length, plain[0], plain.at(-1)]);
      }
    }),
  );
});

test("the entry just given may be removed during a walk", () => {
  const chain = new Chain<Bead>();
  for (let i = 0; i < 5; i++) chain.push(bead(i));
  const seen: number[] = [];
  for (const entry of chain) {
    seen.push(entry.name);
    chain.remove(entry);
  }
  expect([seen, chain.size]).toEqual([[0, 1, 2, 3, 4], 0]);
});

test("what was removed holds on to nothing, and can be pushed again", () => {
  const chain = new Chain<Bead>();
  const [a, b] = [bead(0), bead(1)];
  for (const entry of [a, b]) chain.push(entry);
  chain.remove(a);
  expect([a.prev, a.next]).toEqual([undefined, undefined]);
  chain.push(a);
  expect(Array.from(chain)).toEqual([b, a]);
});
