import { expect, test } from "vitest";
import type { opener } from "./world.js";

const TTL = 30_000;
const GRACE = 10_000;

/** The stream of a session whose messages were heard is lost: whichever end is first. */
export function sessionLoss(open: ReturnType<typeof opener>): void {
  test.each(["gone", "silent"] as const)(
    "a message that comes after its stream was lost (%s) keeps nothing",
    async (how) => {
      const world = await open();
      const session = world.engine.openSession(TTL, TTL);
      const holder = await world.hold("a", { session });
      await world.heard(session, 1);
      await world.streamLost(session, how);
      await world.advance(TTL / 2);
      await world.heard(session, 2);
      expect(session.kept).toBe(1);
      await world.outlive(TTL / 2);
      expect(holder.losses).toEqual(["session-lost"]);
    },
  );

  test.each([
    { heardBefore: 1_000, endsIn: GRACE },
    { heardBefore: TTL - GRACE, endsIn: GRACE },
    { heardBefore: TTL - 1_000, endsIn: 1_000 },
  ])(
    "a session whose client is gone ends ttl after its newest message or grace after its stream: heard $heardBefore ms before, in $endsIn ms",
    async ({ heardBefore, endsIn }) => {
      const world = await open();
      const session = world.engine.openSession(TTL, GRACE);
      const holder = await world.hold("a", { session });
      await world.heard(session, 1);
      await world.advance(heardBefore);
      await world.streamLost(session, "gone");
      expect(world.remainingMs(holder)).toBe(endsIn);
      await world.advance(endsIn - 1);
      expect(holder.held).toBe(true);
      await world.outlive(1);
      expect(holder.losses).toEqual(["session-lost"]);
    },
  );

  test("a session whose connection fell silent ends its ttl after the newest message, not after the silence", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session });
    await world.heard(session, 1);
    await world.advance(10_000);
    await world.streamLost(session, "silent");
    expect(world.remainingMs(holder)).toBe(TTL - 10_000);
    await world.outlive(TTL - 10_000);
    expect(holder.losses).toEqual(["session-lost"]);
  });

  test("a stream lost once more never lengthens a session's life", async () => {
    const world = await open();
    const session = world.engine.openSession(5_000, TTL);
    const holder = await world.hold("a", { session });
    await world.streamLost(session, "gone");
    await world.streamLost(session, "silent");
    expect(world.remainingMs(holder)).toBe(5_000);
    await world.outlive(5_000);
    expect(holder.losses).toEqual(["session-lost"]);
  });

  test("nobody is told of the end of a session whose stream is lost, or that was closed", async () => {
    const world = await open();
    let ended = 0;
    const [lost, closed] = [0, 1].map(() => world.engine.openSession(TTL, GRACE, () => ended++));
    for (const [i, session] of [lost!, closed!].entries()) {
      await world.hold(`lock-${i}`, { session });
      await world.heard(session, 1);
    }
    await world.streamLost(lost!, "gone");
    await world.close(closed!);
    await world.outlive(2 * TTL);
    expect([ended, world.engine.stats().sessions]).toEqual([0, 0]);
  });
}
