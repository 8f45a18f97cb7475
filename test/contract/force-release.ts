import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { refusal, type opener } from "./world.js";

export function forceRelease(open: ReturnType<typeof opener>): void {
  test("it ends the lease that has the token, and says whose it was", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const waiter = await world.queue("a");
    const ended = await world.engine.forceRelease("a", holder.token, "stuck");
    await world.harness.settle();
    expect(ended).toMatchObject({ token: holder.token, owner: { host: "here" } });
    expect([waiter.held, await world.release(holder)]).toEqual([true, false]);
  });

  test("the victim is told, where it is there to be told", async () => {
    const world = await open();
    const holder = await world.hold("a", { session: world.engine.openSession(30_000, 0) });
    await world.engine.forceRelease("a", holder.token, "stuck");
    await world.harness.settle();
    expect(holder.losses).toEqual(["broken"]);
  });

  test("a token that is not held any more is STALE_FENCING_TOKEN and ends nothing", async () => {
    const world = await open();
    const first = await world.hold("a");
    await world.release(first);
    const second = await world.hold("a");
    expect(await refusal(() => world.engine.forceRelease("a", first.token, ""))).toBe("STALE_FENCING_TOKEN");
    expect(await refusal(() => world.engine.forceRelease("b", second.token, ""))).toBe("STALE_FENCING_TOKEN");
    expect(await world.release(second)).toBe(true);
  });

  test("of several holders only the one meant loses its lease", async () => {
    const world = await open({ pools: [pool({ capacity: 3 })] });
    const holders = [await world.hold("a"), await world.hold("a"), await world.hold("a")];
    await world.engine.forceRelease("a", holders[1]!.token, "");
    const tokens = (await world.inspect("a")).holders.map(({ token }) => token);
    expect(tokens).toEqual([holders[0]!.token, holders[2]!.token]);
  });
}
