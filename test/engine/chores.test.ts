import { expect, test } from "vitest";
import { Chores } from "../../src/engine/chores.js";

/** Work of so many steps, which notes each. */
function* steps(name: string, count: number, done: string[]): Generator<number> {
  for (let i = 0; i < count; i++) {
    done.push(name);
    yield 1;
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
  expect(first).toBeLessThan(300);
  turn();
  expect(done.length - first).toBeLessThan(300);
  for (let i = 0; i < 5; i++) turn();
  expect(done.join("")).toBe("a".repeat(300) + "b".repeat(300) + "c".repeat(300));
});

test("a step that did much counts for as much", () => {
  const { chores, turn } = choresOf();
  let done = 0;
  function* large(): Generator<number> {
    for (; done < 10; done++) yield 120;
  }
  chores.add(large());
  const perTurn = [done];
  for (let i = 0; i < 5; i++) {
    turn();
    perTurn.push(done);
  }
  expect(perTurn).toEqual([1, 3, 5, 7, 9, 10]);
});

test("work put off is done in the next turn, once", () => {
  const { chores, turn } = choresOf();
  const done: string[] = [];
  chores.addLater(steps("a", 2, done));
  expect(done).toEqual([]);
  turn();
  turn();
  expect(done).toEqual(["a", "a"]);
});

test("work that was left over comes before what is begun later", () => {
  const { chores, turn } = choresOf();
  const done: string[] = [];
  chores.add(steps("a", 280, done));
  chores.add(steps("b", 1, done));
  expect(done).not.toContain("b");
  turn();
  chores.add(steps("c", 1, done));
  expect(done.slice(279)).toEqual(["a", "b", "c"]);
});

test("work begun by a step is done after what is before it", () => {
  const { chores } = choresOf();
  const done: string[] = [];
  function* first(): Generator<number> {
    chores.add(steps("second", 1, done));
    yield 1;
    done.push("first");
  }
  chores.add(first());
  expect(done).toEqual(["first", "second"]);
});
