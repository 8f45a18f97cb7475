import fc from "fast-check";
import { expect, test } from "vitest";
import { Bag, type Bagged } from "../../src/engine/bag.js";

class Thing implements Bagged {
  bagIndex = -1;
}

test("a bag has what was put in and not taken out, whatever the order, and nothing of another bag", () => {
  fc.assert(
    fc.property(fc.array(fc.record({ pick: fc.nat(9), other: fc.boolean() })), (steps) => {
      const things = Array.from({ length: 10 }, () => new Thing());
      const bags = [new Bag<Thing>(), new Bag<Thing>()] as const;
      const expected = [new Set<Thing>(), new Set<Thing>()] as const;
      for (const { pick, other } of steps) {
        const thing = things[pick]!;
        const which = other ? 1 : 0;
        if (expected[0].has(thing) || expected[1].has(thing)) {
          bags[which].remove(thing);
          expected[which].delete(thing);
        } else {
          bags[which].add(thing);
          expected[which].add(thing);
        }
        for (const i of [0, 1] as const) {
          expect(bags[i].size).toBe(expected[i].size);
          expect(bags[i].any === undefined || expected[i].has(bags[i].any)).toBe(true);
        }
      }
      for (const i of [0, 1] as const) {
        const left = new Set<Thing>();
        for (let any = bags[i].any; any !== undefined; any = bags[i].any) {
          left.add(any);
          bags[i].remove(any);
        }
        expect(left).toEqual(expected[i]);
      }
    }),
  );
});
