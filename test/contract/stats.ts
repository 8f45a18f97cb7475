import { expect, test } from "vitest";
import type { EngineStats } from "../../src/engine/engine.js";
import { pool } from "./harness.js";
import type { opener, World } from "./world.js";

const NOTHING: Partial<EngineStats> = {
  locks: 0,
  exclusiveLeases: 0,
  sharedLeases: 0,
  waiters: 0,
  sessions: 0,
  observers: 0,
};

export function stats(open: ReturnType<typeof opener>): void {
  test("an engine that was never used counts nothing", async () => {
    const { engine } = await open();
    expect(Object.values(engine.stats()).every((count) => count === 0)).toBe(true);
  });

  test("what is there now is counted", async () => {
    const world = await open();
    world.engine.openSession(30_000, 0);
    await world.hold("a");
    await world.hold("b", { mode: "shared" });
    await world.queue("b");
    expect(world.engine.stats()).toMatchObject({
      locks: 2,
      exclusiveLeases: 1,
      sharedLeases: 1,
      waiters: 1,
      sessions: 1,
    });
  });

  test("after all has ended nothing is counted as there, and every end was counted once", async () => {
    const world = await open({ pools: [pool({ lockDelayMs: 2_000 })] });
    await oneOfEach(world);
    await world.outlive(120_000);
    const { granted, released, expired, orphaned, broken, ...rest } = world.engine.stats();
    expect(rest).toMatchObject({
      ...NOTHING,
      contended: 1,
      timedOut: 1,
      cancelled: 1,
      refused: 1,
      renewed: 1,
    });
    expect({ granted, released, expired, orphaned, broken }).toEqual({
      granted: 4,
      released: 1,
      expired: 1,
      orphaned: 1,
      broken: 1,
    });
  });
}

async function oneOfEach(world: World): Promise<void> {
  const session = world.engine.openSession(30_000, 0);
  const released = await world.hold("released");
  const broken = await world.hold("broken");
  await world.hold("expired", { ttlMs: 20_000 });
  await world.hold("orphaned", { session });
  await world.tryFor("released");
  await world.ask("released", { weight: 2 });
  await world.queue("expired", { patienceMs: 1_000 });
  await world.cancel(await world.queue("expired"));
  await world.renew(released);
  await world.release(released);
  await world.engine.forceRelease("broken", broken.token, "");
  await world.streamLost(session, "gone");
}
