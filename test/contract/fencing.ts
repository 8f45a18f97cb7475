import { expect, test } from "vitest";
import type { Asked } from "./asked.js";
import { pool } from "./harness.js";
import type { opener } from "./world.js";

export function fencing(open: ReturnType<typeof opener>): void {
  test("C20: tokens rise over every grant of a lock, however the lease before it ended", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 1_000 })] });
    const holders: Asked[] = [];
    const next = async (): Promise<Asked> => {
      const holder = await world.hold("a", { ttlMs: 5_000 });
      holders.push(holder);
      return holder;
    };
    await world.release(await next());
    await world.release(await next());
    await world.engine.forceRelease("a", (await next()).token, "");
    await world.outlive(1_000);
    await next();
    await world.outlive(6_000);
    await world.release(await next());
    expectRising(holders);
  });

  test("C20: tokens rise over the slots of a semaphore and over readers granted together", async () => {
    const world = await open({ pools: [pool({ capacity: 3 })] });
    const slots = [await world.hold("a"), await world.hold("a"), await world.hold("a")];
    const writer = await world.hold("b");
    const readers = [];
    for (let i = 0; i < 5; i++) readers.push(await world.queue("b", { mode: "shared" }));
    await world.release(writer);
    expectRising(slots);
    expectRising([writer, ...readers]);
  });

  test("C21: tokens do not go back when a lock was idle and forgotten", async () => {
    const world = await open();
    const holders: Asked[] = [];
    for (let i = 0; i < 20; i++) {
      const holder = await world.hold("a");
      holders.push(holder);
      await world.release(holder);
      await world.hold(`other-${i}`);
    }
    expectRising(holders);
  });

  test("C22: a token is a bigint above 0 and below 2^53", async () => {
    const world = await open();
    const { token } = await world.hold("a");
    expect(typeof token).toBe("bigint");
    expect(token).toBeGreaterThan(0n);
    expect(token).toBeLessThan(2n ** 53n);
  });

  test("C23: a token is no random number: it grows no faster than microseconds and grants do", async () => {
    const world = await open();
    const first = await world.hold("a");
    await world.release(first);
    await world.advance(1_000);
    const second = await world.hold("a");
    expect(second.token - first.token).toBeLessThanOrEqual(
      1_000_000n + BigInt(world.harness.slackMs) * 1_000n + 2n,
    );
  });

  test("the highest token granted is what Inspect shows, also while nobody holds the lock", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 60_000 })] });
    const { token } = await world.hold("a");
    await world.engine.forceRelease("a", token, "");
    expect(await world.inspect("a")).toMatchObject({ holderCount: 0, token });
  });
}

function expectRising(holders: readonly Asked[]): void {
  const tokens = holders.map(({ token }) => token);
  expect(tokens.filter((token, i) => i > 0 && token <= tokens[i - 1]!)).toEqual([]);
}
