import fc from "fast-check";
import { expect, test } from "vitest";
import type { Due } from "../../src/core/lock.js";
import { Deadlines } from "../../src/engine/deadlines.js";

const ENTRIES = 30;

/** What one step does: put an entry where its new moment says, take it out, or take what is due. */
const steps = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant("place" as const),
      entry: fc.nat({ max: ENTRIES - 1 }),
      dueAt: fc.oneof(fc.nat({ max: 20 }), fc.constant(Infinity)),
    }),
    fc.record({ kind: fc.constant("remove" as const), entry: fc.nat({ max: ENTRIES - 1 }) }),
    fc.record({ kind: fc.constant("takeDue" as const), now: fc.nat({ max: 20 }) }),
  ),
  { maxLength: 100 },
);

test("the earliest deadline is always first, whatever is moved or taken out", () => {
  fc.assert(
    fc.property(steps, (list) => {
      const deadlines = new Deadlines();
      const entries: Due[] = Array.from({ length: ENTRIES }, () => ({ dueAt: Infinity, dueIndex: -1 }));
      const placed = new Set<Due>();
      for (const step of list) {
        if (step.kind === "takeDue") {
          const taken = deadlines.takeDue(step.now);
          expect(taken?.dueAt).toBe(earliest(placed) <= step.now ? earliest(placed) : undefined);
          if (taken !== undefined) placed.delete(taken);
        } else {
          const entry = entries[step.entry]!;
          if (step.kind === "place") {
            entry.dueAt = step.dueAt;
            deadlines.place(entry);
          } else deadlines.remove(entry);
          if (step.kind === "place" && step.dueAt < Infinity) placed.add(entry);
          else placed.delete(entry);
        }
        expect([deadlines.size, deadlines.nextAt]).toEqual([placed.size, earliest(placed)]);
        for (const entry of entries) expect(entry.dueIndex >= 0).toBe(placed.has(entry));
      }
    }),
  );
});

test("what is due comes out in order of its moment, and nothing else does", () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 1_000 }), { maxLength: 200 }),
      fc.nat({ max: 1_000 }),
      (moments, now) => {
        const deadlines = new Deadlines();
        for (const dueAt of moments) deadlines.place({ dueAt, dueIndex: -1 });
        const taken: number[] = [];
        for (let due = deadlines.takeDue(now); due !== undefined; due = deadlines.takeDue(now))
          taken.push(due.dueAt);
        expect(taken).toEqual(moments.filter((at) => at <= now).sort((a, b) => a - b));
        expect(deadlines.size).toBe(moments.length - taken.length);
      },
    ),
  );
});

function earliest(entries: Iterable<Due>): number {
  return Math.min(Infinity, ...Array.from(entries, ({ dueAt }) => dueAt));
}
