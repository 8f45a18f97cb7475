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

test("a notice is held until it is being told", () => {
  const { outbox } = outboxOf();
  const held: boolean[] = [];
  const notice = (): number =>
    held.push(
      outbox.holds((other) => other === notice),
      outbox.isTelling,
    );
  outbox.push(() => held.push(outbox.holds((other) => other === notice)));
  outbox.push(notice);
  held.push(
    outbox.holds((other) => other === notice),
    outbox.isTelling,
  );
  outbox.flush();
  expect(held).toEqual([true, false, true, false, true]);
  expect([outbox.holds(() => true), outbox.isTelling]).toEqual([false, false]);
});
