import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { refusal, type opener } from "./world.js";

const STRANGERS = [
  "a",
  "a/b",
  "a/",
  "ab",
  " a",
  "A",
  "a b",
  "\u00e9",
  "e",
  "\u4e2d\u6587",
  "x".repeat(250),
  "x".repeat(251),
  "x".repeat(512),
  "__proto__",
  "constructor",
  "a#shared",
];

export function names(open: ReturnType<typeof opener>): void {
  test("C37: names are strangers to each other, prefixes and long ones too", async () => {
    const world = await open();
    const holders = [];
    for (const name of STRANGERS) holders.push(await world.hold(name));
    for (const holder of holders) expect(await world.release(holder)).toBe(true);
  });

  test("C37: a waiter of one name is not served by the end of another", async () => {
    const world = await open();
    const [a, ab] = [await world.hold("a"), await world.hold("a/b")];
    const waiter = await world.queue("a/b");
    await world.release(a);
    expect(waiter.told).toEqual([]);
    await world.release(ab);
    expect(waiter.held).toBe(true);
  });

  test("a lock that no pool covers is refused, wherever it is named", async () => {
    const world = await open({ pools: [pool({ name: "jobs/*" })] });
    const { engine } = world;
    expect((await world.ask("a")).error).toMatchObject({ reason: "UNKNOWN_POOL", field: "name" });
    expect(await refusal(() => engine.inspect({ name: "a" }))).toBe("UNKNOWN_POOL");
    expect(await refusal(() => engine.leaderOf("a"))).toBe("UNKNOWN_POOL");
    expect(await refusal(() => engine.forceRelease("a", 1n, ""))).toBe("UNKNOWN_POOL");
    expect(await refusal(() => engine.ttlFor("a", 5_000))).toBe("UNKNOWN_POOL");
  });

  test("a lock that nobody uses can be looked at, and is not kept for that", async () => {
    const world = await open();
    const view = await world.inspect("a");
    expect(view).toMatchObject({
      name: "a",
      pool: "*",
      mode: undefined,
      capacity: 1,
      holders: [],
      waiters: [],
    });
    expect(world.engine.stats().locks).toBe(0);
  });
}
