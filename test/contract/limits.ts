import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { refusal, rid, type opener } from "./world.js";

export function limits(open: ReturnType<typeof opener>): void {
  test("C35: a queue takes as many waiters as its pool allows, tries and retries apart", async () => {
    const world = await open({ pools: [pool({ maxWaiters: 2 })] });
    await world.hold("a");
    await world.queue("a", { requestId: rid("1") });
    const second = await world.queue("a");
    expect((await world.ask("a")).told).toEqual(["QUEUE_FULL"]);
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
    await world.queue("a", { requestId: rid("1") });
    await world.cancel(second);
    await world.queue("a");
  });

  test("C35: all queues together take as many waiters as the server allows", async () => {
    const world = await open({ limits: { waiters: 2 } });
    for (const name of ["a", "b", "c"]) await world.hold(name);
    await world.queue("a");
    const second = await world.queue("b");
    expect((await world.ask("c")).told).toEqual(["QUEUE_FULL"]);
    await world.cancel(second);
    await world.queue("c");
  });

  test("C35: a refusal for want of room leaves the queue as it was", async () => {
    const world = await open({ pools: [pool({ maxWaiters: 1 })] });
    const holder = await world.hold("a");
    const waiter = await world.queue("a");
    for (let i = 0; i < 10; i++) await world.ask("a");
    await world.release(holder);
    expect(waiter.told).toEqual(["granted"]);
    expect(await world.inspect("a")).toMatchObject({ holderCount: 1, waiterCount: 0 });
  });

  test("more locks than the server allows are refused, those in use go on", async () => {
    const world = await open({ limits: { locks: 2 } });
    const [a] = [await world.hold("a"), await world.hold("b")];
    expect((await world.ask("c")).told).toEqual(["TOO_MANY_LOCKS"]);
    await world.queue("b");
    await world.release(a);
    await world.hold("c");
  });

  test("more sessions than the server allows are refused", async () => {
    const world = await open({ limits: { sessions: 1 } });
    const session = world.engine.openSession(30_000, 0);
    expect(await refusal(() => world.engine.openSession(30_000, 0))).toBe("TOO_MANY_SESSIONS");
    await world.streamLost(session, "gone");
    expect(await refusal(() => world.engine.openSession(30_000, 0))).toBe("none");
  });

  test("more leases than a session may hold are refused", async () => {
    const world = await open({ limits: { leases_per_session: 1 } });
    const session = world.engine.openSession(30_000, 0);
    const holder = await world.hold("a", { session });
    expect((await world.ask("b", { session })).told).toEqual(["TOO_MANY_LOCKS"]);
    await world.release(holder);
    await world.hold("b", { session });
  });
}
