import { expect, test } from "vitest";
import { Chores } from "../../src/engine/chores.js";

/** Work of so many steps, which notes each. */
function* steps(name: string, count: number, done: string[]): Generator<undefined> {
  for (let i = 0; i < count; i++) {
    done.push(name);
    yield;
  }
}

function choresOf() {
  const later: (() => void)[] = [];
  const chores = new Chores((work) => later.push(work));
  const turn = (): void => {
    for (const work of later.splice(0)) work();
  };
  return { chores, turn };
}

test("short work is done at once", () => {
  const { chores } = choresOf();
  const done: string[] = [];
  chores.add(steps("a", 3, done));
  expect(done).toEqual(["a", "a", "a"]);
});

test("all work begun in one turn of the event loop shares its steps, and goes on in order", () => {
  const { chores, turn } = choresOf();
  const done: string[] = [];
  for (const name of ["a", "b", "c"]) chores.add(steps(name, 300, done));
  const first = done.length;
  expect(first).toBeLessThan(600);
  turn();
  expect(done.length - first).toBeLessThan(600);
  for (let i = 0; i < 5; i++) turn();
  expect(done.join("")).toBe("a".repeat(300) + "b".repeat(300) + "c".repeat(300));
});

test("work begun by a step is done after what is before it", () => {
  const { chores } = choresOf();
  const done: string[] = [];
  function* first(): Generator<undefined> {
    chores.add(steps("second", 1, done));
    yield;
    done.push("first");
  }
  chores.add(first());
  expect(done).toEqual(["first", "second"]);
});
