import { expect, test } from "vitest";
import { pool } from "./harness.js";
import type { opener, World } from "./world.js";

const DELAYED = { pools: [pool({ lockDelayMs: 10_000 })] };

export function lockDelay(open: ReturnType<typeof opener>): void {
  test("C14: there is no delay after a release", async () => {
    const world = await open(DELAYED);
    await world.release(await world.hold("a"));
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("C14: there is no delay when the queue is left", async () => {
    const world = await open(DELAYED);
    const holder = await world.hold("a", { ttlMs: 60_000 });
    await world.cancel(await world.queue("a"));
    await world.queue("a", { patienceMs: 1_000 });
    await world.outlive(1_000);
    await world.release(holder);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  const ends: [string, (world: World) => Promise<void>][] = [
    [
      "expiry",
      async (world) => {
        await world.hold("a", { ttlMs: 5_000 });
        await world.outlive(5_000);
      },
    ],
    [
      "force release",
      async (world) => {
        const { token } = await world.hold("a");
        await world.engine.forceRelease("a", token, "");
      },
    ],
    [
      "the loss of a session",
      async (world) => {
        const session = world.engine.openSession(30_000, 0);
        await world.hold("a", { session });
        await world.streamLost(session, "gone");
      },
    ],
  ];

  test.each(ends)(
    "C14: after %s the lock stays taken by nobody for the delay, and Inspect says so",
    async (_, end) => {
      const world = await open(DELAYED);
      await end(world);
      const { holderCount, lockDelayRemainingMs } = await world.inspect("a");
      expect(holderCount).toBe(0);
      expect(lockDelayRemainingMs).toBeGreaterThan(10_000 - world.harness.slackMs - 1);
      const tried = await world.tryFor("a");
      expect(tried.told).toEqual(["contended"]);
      expect(tried.seen?.lockDelayRemainingMs).toBeGreaterThan(0);
    },
  );

  test("C15: the queue stays as it is during the delay, and is served in order after it", async () => {
    const world = await open(DELAYED);
    const { token } = await world.hold("a");
    const before = await world.queue("a");
    await world.engine.forceRelease("a", token, "");
    const during = await world.queue("a");
    await world.advance(9_999);
    expect([before.told, during.told]).toEqual([[], []]);
    await world.outlive(1);
    expect([before.told, during.told]).toEqual([["granted"], []]);
  });

  test("a SHARED lease that ends abnormally keeps writers out for the delay, not readers", async () => {
    const world = await open(DELAYED);
    const { token } = await world.hold("a", { mode: "shared" });
    await world.engine.forceRelease("a", token, "");
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
    await world.release(await world.hold("a", { mode: "shared" }));
    await world.outlive(10_000);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("only the units of the lease that ended are kept", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 10_000, capacity: 3 })] });
    const { token } = await world.hold("a", { weight: 2 });
    await world.engine.forceRelease("a", token, "");
    expect((await world.tryFor("a", { weight: 2 })).told).toEqual(["contended"]);
    await world.hold("a", { weight: 1 });
    await world.outlive(10_000);
    await world.hold("a", { weight: 2 });
  });

  test("the delay that Inspect shows is the longest of those that run", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 10_000, capacity: 2 })] });
    const [first, second] = [await world.hold("a"), await world.hold("a")];
    await world.engine.forceRelease("a", first.token, "");
    await world.advance(4_000);
    await world.engine.forceRelease("a", second.token, "");
    await world.advance(4_000);
    const { lockDelayRemainingMs } = await world.inspect("a");
    expect(lockDelayRemainingMs).toBeGreaterThan(6_000 - world.harness.slackMs - 1);
    expect(lockDelayRemainingMs).toBeLessThanOrEqual(6_000 + world.harness.slackMs);
  });
}
