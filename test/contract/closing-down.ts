import { expect, test } from "vitest";
import { refusal, type opener } from "./world.js";

export function closingDown(open: ReturnType<typeof opener>): void {
  test("C60: after drain nothing is granted, waiters and sessions' holders are told", async () => {
    const world = await open();
    const [a, b] = [
      await world.hold("a"),
      await world.hold("b", { session: world.engine.openSession(30_000, 0) }),
    ];
    const waiters = [await world.queue("a"), await world.queue("b")];
    world.engine.drain();
    await world.harness.settle();
    expect(waiters.map(({ told }) => told)).toEqual([["SHUTTING_DOWN"], ["SHUTTING_DOWN"]]);
    expect([a.losses, b.losses]).toEqual([[], ["shutting-down"]]);
    expect((await world.ask("c")).told).toEqual(["SHUTTING_DOWN"]);
    expect(await refusal(() => world.engine.openSession(30_000, 0))).toBe("SHUTTING_DOWN");
  });

  test("C60: after drain a lease can still be renewed and released", async () => {
    const world = await open();
    const holder = await world.hold("a");
    world.engine.drain();
    await world.renew(holder);
    expect(await world.release(holder)).toBe(true);
  });

  test("C60: nothing is granted before startdelay is over, waiters are then served in order", async () => {
    const world = await open({ startDelayMs: 10_000 });
    expect(world.engine.startDelayRemainingMs()).toBe(10_000);
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
    expect((await world.tryFor("a", { mode: "shared" })).told).toEqual(["contended"]);
    const waiters = [await world.queue("a"), await world.queue("a")];
    await world.advance(9_999);
    expect(waiters.map(({ told }) => told)).toEqual([[], []]);
    await world.outlive(1);
    expect(waiters.map(({ held }) => held)).toEqual([true, false]);
    expect(world.engine.startDelayRemainingMs()).toBe(0);
  });

  test("a lock that was looked at or tried before startdelay is over is not kept", async () => {
    const world = await open({ startDelayMs: 10_000 });
    await world.tryFor("a");
    expect((await world.inspect("a")).lockDelayRemainingMs).toBe(10_000);
    expect(world.engine.stats().locks).toBe(0);
    await world.outlive(10_000);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("an engine says what it guarantees", async () => {
    const { engine } = await open({ startDelayMs: 5_000 });
    const guarantees = engine.guarantees();
    expect(guarantees.longestTtlMs).toBe(86_400_000);
    expect(guarantees.notes.length).toBeGreaterThan(0);
  });
}
