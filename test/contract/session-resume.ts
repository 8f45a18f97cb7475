import { expect, test } from "vitest";
import { pool } from "./harness.js";
import type { opener } from "./world.js";

const TTL = 30_000;
const GRACE = 10_000;

/** A newer session takes over what an older one of the same client had. */
export function sessionResume(open: ReturnType<typeof opener>): void {
  test("C61: a newer session takes over live leases by id, with their tokens; the older one is told once", async () => {
    const world = await open();
    const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, GRACE)];
    const [a, b] = [await world.hold("a", { session: older }), await world.hold("b", { session: older })];
    await world.streamLost(older, "gone");
    const { tokens, heir } = await world.resume(newer, b, a);
    expect(tokens).toEqual([b.token, a.token]);
    await world.outlive(10 * TTL);
    expect([a.losses, b.losses, heir.told]).toEqual([["session-lost"], ["session-lost"], []]);
    expect([world.engine.stats().orphaned, (await world.tryFor("a")).told]).toEqual([0, ["contended"]]);
  });

  test.each(["its grace", "its ttl", "its close"])(
    "the older session's end, by %s, touches nothing of what was resumed",
    async (how) => {
      const world = await open();
      const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, GRACE)];
      const [a, stays] = [
        await world.hold("a", { session: older }),
        await world.hold("b", { session: older }),
      ];
      await world.heard(older, 1);
      const { heir } = await world.resume(newer, a);
      if (how === "its grace") await world.streamLost(older, "gone");
      if (how === "its close") await world.close(older);
      await world.outlive(TTL);
      expect([a.losses, stays.losses]).toEqual([
        ["session-lost"],
        how === "its close" ? [] : ["session-lost"],
      ]);
      expect([heir.told, (await world.tryFor("a")).held, (await world.tryFor("b")).held]).toEqual([
        [],
        false,
        true,
      ]);
    },
  );

  test("whoever resumed is told how each lease ends, and nobody else", async () => {
    const world = await open();
    const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, 0)];
    const [a, b, c] = [
      await world.hold("a", { session: older }),
      await world.hold("b", { session: older }),
      await world.hold("c", { session: older }),
    ];
    const { heir } = await world.resume(newer, a, b, c);
    await world.release(b);
    await world.engine.forceRelease("c", c.token, "");
    await world.streamLost(newer, "gone");
    expect(heir.told).toEqual(["lost: released", "lost: broken", "lost: session-lost"]);
    expect([a, b, c].map(({ losses }) => losses)).toEqual(Array(3).fill(["session-lost"]));
  });

  test("the newest session wins: a lease resumed twice lives in the last one", async () => {
    const world = await open();
    const sessions = [0, 1, 2].map(() => world.engine.openSession(TTL, 0));
    const holder = await world.hold("a", { session: sessions[0] });
    const second = await world.resume(sessions[1]!, holder);
    const third = await world.resume(sessions[2]!, holder);
    await world.streamLost(sessions[0]!, "gone");
    await world.streamLost(sessions[1]!, "gone");
    expect([holder.losses, second.heir.losses, third.heir.losses]).toEqual([
      ["session-lost"],
      ["session-lost"],
      [],
    ]);
    await world.streamLost(sessions[2]!, "gone");
    expect([holder.losses.length, second.heir.losses.length, third.heir.losses]).toEqual([
      1,
      1,
      ["session-lost"],
    ]);
  });

  test("a session that resumes its own lease keeps it, and loses nothing by it", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session });
    const { tokens, heir } = await world.resume(session, holder);
    expect([tokens, holder.losses]).toEqual([[holder.token], []]);
    await world.streamLost(session, "gone");
    expect([holder.losses, heir.losses]).toEqual([[], ["session-lost"]]);
  });

  test("a resumed lease lives as its new session does", async () => {
    const world = await open();
    const [older, newer] = [world.engine.openSession(5_000, 0), world.engine.openSession(TTL, 0)];
    const holder = await world.hold("a", { session: older });
    await world.heard(older, 1);
    const { leases, heir } = await world.resume(newer, holder);
    await world.heard(newer, 1);
    expect(world.engine.timesOf(leases[0]!).remainingMs).toBe(TTL);
    await world.advance(TTL - 1);
    expect(heir.losses).toEqual([]);
    await world.outlive(1);
    expect(heir.losses).toEqual(["session-lost"]);
  });

  test("C16: maxhold goes on over a resume", async () => {
    const world = await open({ pools: [pool({ maxHoldMs: 15_000 })] });
    const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, GRACE)];
    const holder = await world.hold("a", { session: older });
    await world.advance(10_000);
    const { leases, heir } = await world.resume(newer, holder);
    expect(world.engine.timesOf(leases[0]!).remainingHoldMs).toBe(5_000);
    await world.outlive(5_000);
    expect(heir.losses).toEqual(["max-hold"]);
  });

  test("a lost session of which all was taken over ends at once; one with something left lives on", async () => {
    const world = await open();
    const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, GRACE)];
    const [a, b] = [await world.hold("a", { session: older }), await world.hold("b", { session: older })];
    await world.streamLost(older, "gone");
    await world.resume(newer, a);
    expect(world.engine.stats().sessions).toBe(2);
    await world.resume(newer, b);
    expect(world.engine.stats().sessions).toBe(1);
  });
}
