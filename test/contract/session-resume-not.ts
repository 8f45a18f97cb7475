import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { refusal, type opener } from "./world.js";

const TTL = 30_000;
const GRACE = 10_000;

/** What is not resumed, and what refuses it. */
export function sessionResumeNot(open: ReturnType<typeof opener>): void {
  test("only live leases of sessions are resumed: not unknown, unary, released, expired or orphaned ones, no ticket", async () => {
    const world = await open({ pools: [pool({ name: "short", maxHoldMs: 5_000 }), pool()] });
    const [older, dead] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, 0)];
    const unary = await world.hold("unary", { ttlMs: 60_000 });
    const expired = await world.hold("short", { session: older });
    const released = await world.hold("released", { session: older });
    const orphaned = await world.hold("orphaned", { session: dead });
    const live = await world.hold("live", { session: older });
    await world.release(released);
    await world.streamLost(dead, "gone");
    await world.outlive(5_000);
    const newer = world.engine.openSession(TTL, GRACE);
    const { tokens } = await world.resume(newer, unary, expired, released, orphaned, live);
    expect(tokens).toEqual([live.token]);
    const [none] = [await newer.resume(["l0_none", "", "l", "x"], live)];
    expect(none).toEqual([]);
    await world.streamLost(newer, "gone");
    await world.outlive(GRACE);
    expect([unary.held, (await world.tryFor("live")).held]).toEqual([true, true]);
  });

  test("a lease that is named twice is resumed once", async () => {
    const world = await open();
    const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, GRACE)];
    const holder = await world.hold("a", { session: older });
    expect((await world.resume(newer, holder, holder)).tokens).toEqual([holder.token]);
    expect(holder.losses).toEqual(["session-lost"]);
  });

  test("C35: leases that would be more than a session may hold are not resumed at all", async () => {
    const world = await open({ limits: { leases_per_session: 2 } });
    const [one, two] = [world.engine.openSession(TTL, 0), world.engine.openSession(TTL, 0)];
    const newer = world.engine.openSession(TTL, 0);
    const held = [
      await world.hold("a", { session: one }),
      await world.hold("b", { session: one }),
      await world.hold("c", { session: two }),
    ];
    expect(await refusal(() => world.resume(newer, ...held))).toBe("TOO_MANY_LOCKS");
    expect(held.map(({ told }) => told)).toEqual(Array(3).fill(["granted"]));
    await world.streamLost(newer, "gone");
    expect(held.every(({ held }) => held)).toBe(true);
    expect((await world.resume(one, ...held.slice(0, 2))).tokens).toHaveLength(2);
  });

  test("a session that has ended resumes nothing", async () => {
    const world = await open();
    const [older, newer] = [world.engine.openSession(TTL, 0), world.engine.openSession(TTL, 0)];
    const holder = await world.hold("a", { session: older });
    await world.close(newer);
    expect(await refusal(() => world.resume(newer, holder))).toBe("SESSION_LOST");
    expect(holder.told).toEqual(["granted"]);
  });
}
