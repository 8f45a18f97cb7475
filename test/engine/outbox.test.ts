import { expect, test } from "vitest";
import { Outbox } from "../../src/engine/outbox.js";

/** An outbox of things to do, which notes what it told and what went wrong. */
function outboxOf(): { outbox: Outbox<() => void>; faults: unknown[] } {
  const faults: unknown[] = [];
  const outbox = new Outbox<() => void>(
    (run) => {
      run();
    },
    (error) => faults.push(error),
    { now: () => 0, soon: () => undefined },
  );
  return { outbox, faults };
}

test("notices are told in order, each once", () => {
  const { outbox } = outboxOf();
  const told: number[] = [];
  for (let i = 0; i < 3; i++) outbox.push(() => told.push(i));
  outbox.flush();
  outbox.flush();
  expect(told).toEqual([0, 1, 2]);
});

test("what follows from a notice is told after what is already due", () => {
  const { outbox } = outboxOf();
  const told: string[] = [];
  outbox.push(() => {
    outbox.push(() => told.push("third"));
    outbox.flush();
    told.push("first");
  });
  outbox.push(() => told.push("second"));
  outbox.flush();
  expect(told).toEqual(["first", "second", "third"]);
});

test("one who throws when told does not keep the others from being told, and is reported", () => {
  const { outbox, faults } = outboxOf();
  const told: string[] = [];
  outbox.push(() => {
    throw new Error("on purpose");
  });
  outbox.push(() => told.push("next"));
  outbox.flush();
  outbox.push(() => told.push("later"));
  outbox.flush();
  expect([told, faults]).toEqual([["next", "later"], [new Error("on purpose")]]);
});

test("telling very many lets others have a turn in between, and keeps the order", () => {
  let now = 0;
  const later: (() => void)[] = [];
  const told: number[] = [];
  const outbox = new Outbox<number>(
    (notice) => {
      now += 1;
      told.push(notice);
    },
    () => undefined,
    { now: () => now, soon: (run) => later.push(run) },
  );
  for (let i = 0; i < 500; i++) outbox.push(i);
  outbox.flush();
  const first = told.length;
  outbox.push(500);
  outbox.flush();
  expect([first < 100, told.length === first, outbox.isPrompt]).toEqual([true, true, false]);
  while (later.length > 0) later.shift()!();
  expect(told).toEqual(Array.from({ length: 501 }, (_, i) => i));
  expect(outbox.isPrompt).toBe(true);
});

test("an outbox that goes on later is not prompt, however little is left to tell", () => {
  let now = 0;
  const later: (() => void)[] = [];
  const outbox = new Outbox<number>(
    () => now++,
    () => undefined,
    { now: () => now, soon: (run) => later.push(run) },
  );
  for (let i = 0; i < 70; i++) outbox.push(i);
  outbox.flush();
  expect([later.length, outbox.isPrompt]).toEqual([1, false]);
  later.shift()!();
  expect(outbox.isPrompt).toBe(true);
});

test("an outbox that tells somebody is not prompt", () => {
  const { outbox } = outboxOf();
  const seen: boolean[] = [];
  outbox.push(() => seen.push(outbox.isPrompt));
  seen.push(outbox.isPrompt);
  outbox.flush();
  expect(seen).toEqual([true, false]);
});
