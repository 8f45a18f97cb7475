import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { refusal, type opener } from "./world.js";

export function leases(open: ReturnType<typeof opener>): void {
  test("a lease lives for its ttl and no longer", async () => {
    const world = await open();
    await world.hold("a", { ttlMs: 10_000 });
    await world.advance(9_999);
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
    await world.outlive(1);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("a lease that asks for no ttl has the pool's", async () => {
    const world = await open({ pools: [pool({ defaultTtlMs: 7_000 })] });
    const { lease } = await world.hold("a");
    expect(lease.ttlMs).toBe(7_000);
    expect(world.engine.ttlFor("a", undefined)).toBe(7_000);
  });

  test("a waiter is granted when the lease before it expires", async () => {
    const world = await open();
    await world.hold("a", { ttlMs: 10_000 });
    const waiter = await world.queue("a");
    await world.outlive(10_000);
    expect(waiter.told).toEqual(["granted"]);
  });

  test("the ttl of a waiter begins with its grant", async () => {
    const world = await open();
    await world.hold("a", { ttlMs: 10_000 });
    const waiter = await world.queue("a", { ttlMs: 20_000 });
    await world.outlive(10_000);
    expect(world.remainingMs(waiter)).toBeGreaterThan(20_000 - 1);
  });

  test("renewal lets it run for its ttl from now", async () => {
    const world = await open();
    const holder = await world.hold("a", { ttlMs: 10_000 });
    await world.advance(6_000);
    await world.renew(holder);
    await world.advance(9_999);
    expect(await world.release(holder)).toBe(true);
  });

  test("renewal never shortens", async () => {
    const world = await open();
    const holder = await world.hold("a", { ttlMs: 60_000 });
    await world.renew(holder, 5_000);
    await world.advance(59_999);
    expect(await world.release(holder)).toBe(true);
  });

  test("C6: renewal never revives", async () => {
    const world = await open();
    const holder = await world.hold("a", { ttlMs: 10_000 });
    await world.outlive(10_000);
    expect(await refusal(() => world.renew(holder))).toBe("LEASE_NOT_HELD");
    expect((await world.tryFor("a")).held).toBe(true);
    expect(await refusal(() => world.renew(holder))).toBe("LEASE_NOT_HELD");
  });

  test("C6: an id that is not held changes nothing and is told so", async () => {
    const world = await open();
    const first = await world.hold("a");
    await world.release(first);
    const second = await world.hold("a");
    expect(await world.release(first)).toBe(false);
    expect(await refusal(() => world.engine.inspect({ leaseId: first.lease.id }))).toBe("LEASE_NOT_HELD");
    expect(await world.release(second)).toBe(true);
  });

  test.each(["l", "l_", "l0_", "lzzzzzzzzzzzz_00", "x", "l0_".padEnd(35, "0"), "constructor", "l__proto__"])(
    "an id that nobody ever got (%s) holds nothing",
    async (id) => {
      const world = await open();
      await world.hold("a");
      expect(await world.engine.release(id)).toBe(false);
      expect(await refusal(() => world.engine.renew(id, undefined))).toBe("LEASE_NOT_HELD");
    },
  );

  test("a ticket's id is no lease id", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const waiter = await world.queue("a");
    await world.release(holder);
    expect(await world.release(waiter)).toBe(true);
    expect(await world.release(waiter)).toBe(false);
  });

  test("a ttl of 0 never expires, where the pool has no ceiling", async () => {
    const world = await open({ pools: [pool({ maxTtlMs: Infinity })] });
    const holder = await world.hold("a", { ttlMs: 0 });
    await world.advance(1e9);
    expect(world.remainingMs(holder)).toBe(Infinity);
    expect(await world.release(holder)).toBe(true);
  });

  test.each([0, 1, 999, 60_001])("a ttl of %i is refused in a pool of 1 s to 60 s", async (ttlMs) => {
    const world = await open({ pools: [pool({ maxTtlMs: 60_000 })] });
    const holder = await world.hold("b");
    expect((await world.ask("a", { ttlMs })).error).toMatchObject({ reason: "INVALID_TTL", field: "ttl" });
    expect(await refusal(() => world.renew(holder, ttlMs))).toBe("INVALID_TTL");
    expect(await world.inspect("a")).toMatchObject({ holderCount: 0, waiterCount: 0 });
  });

  test("C16: a grant whose ttl is as long as maxhold can be confirmed by one renewal", async () => {
    const world = await open({ pools: [pool({ maxHoldMs: 20_000 })] });
    const holder = await world.hold("a", { ttlMs: 30_000 });
    await world.advance(5_000);
    await world.renew(holder);
    expect(world.remainingMs(holder)).toBeLessThanOrEqual(15_000 + world.harness.slackMs);
    expect(await refusal(() => world.renew(holder))).toBe("MAX_HOLD");
  });

  test("C16: renewals reach as far as maxhold allows, then are refused", async () => {
    const world = await open({ pools: [pool({ maxHoldMs: 15_000 })] });
    const holder = await world.hold("a", { ttlMs: 10_000 });
    await world.advance(9_000);
    await world.renew(holder);
    expect(world.remainingMs(holder)).toBeLessThanOrEqual(6_000 + world.harness.slackMs);
    expect(await refusal(() => world.renew(holder))).toBe("MAX_HOLD");
    await world.outlive(6_000);
    expect((await world.tryFor("a")).held).toBe(true);
  });

  test("a ttl beyond maxhold ends at maxhold", async () => {
    const world = await open({ pools: [pool({ maxHoldMs: 15_000 })] });
    await world.hold("a", { ttlMs: 60_000 });
    await world.outlive(15_000);
    expect((await world.tryFor("a")).held).toBe(true);
  });
}
