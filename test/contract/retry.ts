import { expect, test } from "vitest";
import { pool } from "./harness.js";
import { OWNER, rid, refusal, type opener, type Wish } from "./world.js";

const ID = rid("1");

export function retry(open: ReturnType<typeof opener>): void {
  test("C4: the same request id gives the same lease and token while the lease lives", async () => {
    const world = await open();
    const first = await world.hold("a", { requestId: ID });
    const again = await world.hold("a", { requestId: ID });
    expect(again.lease).toMatchObject({ id: first.lease.id, token: first.token });
    expect(await world.inspect("a")).toMatchObject({ holderCount: 1, waiterCount: 0 });
  });

  test("C4: a request without a ttl stays the same when a reload changes what the pool says", async () => {
    const world = await open();
    const first = await world.hold("a", { requestId: ID });
    world.engine.setPools([pool({ defaultTtlMs: 40_000 })]);
    const again = await world.hold("a", { requestId: ID });
    expect(again.lease.id).toBe(first.lease.id);
  });

  test("C4: the same request id gives the same ticket: no second place in the queue", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const first = await world.queue("a", { requestId: ID });
    const behind = await world.queue("a");
    const again = await world.queue("a", { requestId: ID });
    expect(again.places).toEqual([[1, 2]]);
    await world.release(holder);
    expect([first.told, again.held, behind.held]).toEqual([["SUPERSEDED"], true, false]);
  });

  test("a place told at a retry is the true one, also when the queue has moved since it was last told", async () => {
    const world = await open();
    await world.hold("a");
    const ahead = [await world.queue("a"), await world.queue("a")];
    await world.queue("a", { requestId: ID });
    for (const waiter of ahead) await world.cancel(waiter);
    expect((await world.queue("a", { requestId: ID })).places).toEqual([[1, 1]]);
  });

  test("a ticket belongs to the last call: the earlier one can't cancel it any more", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const first = await world.queue("a", { requestId: ID });
    const again = await world.queue("a", { requestId: ID });
    await world.cancel(first);
    await world.release(holder);
    expect(again.held).toBe(true);
  });

  test("a ticket has the patience of the last call", async () => {
    const world = await open();
    await world.hold("a", { ttlMs: 60_000 });
    const first = await world.queue("a", { requestId: ID, patienceMs: 5_000 });
    const again = await world.queue("a", { requestId: ID, patienceMs: 20_000 });
    await world.advance(19_999);
    expect([first.told, again.told]).toEqual([["SUPERSEDED"], []]);
    await world.outlive(1);
    expect(again.told).toEqual(["timed-out"]);
  });

  test("a last call that would not wait takes the ticket out of the queue", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const first = await world.queue("a", { requestId: ID });
    const behind = await world.queue("a");
    expect((await world.tryFor("a", { requestId: ID })).told).toEqual(["contended"]);
    await world.release(holder);
    expect([first.told, behind.held]).toEqual([["SUPERSEDED"], true]);
  });

  const base: Wish = { requestId: ID, weight: 1, ttlMs: 30_000 };
  const others: [string, Wish][] = [
    ["mode", { mode: "shared" }],
    ["weight", { weight: 2 }],
    ["ttl", { ttlMs: 20_000 }],
    ["value", { value: "there" }],
    ["election", { election: true }],
    ["principal", { principal: "somebody" }],
  ];

  test.each(others)(
    "C4: the same request id with another %s is REQUEST_ID_REUSED, on a lease",
    async (_, other) => {
      const world = await open();
      const holder = await world.hold("a", base);
      expect((await world.ask("a", { ...base, ...other })).told).toEqual(["REQUEST_ID_REUSED"]);
      expect(await world.release(holder)).toBe(true);
    },
  );

  test.each(others)(
    "C4: the same request id with another %s is REQUEST_ID_REUSED, on a ticket",
    async (_, other) => {
      const world = await open();
      const holder = await world.hold("a");
      const waiter = await world.queue("a", base);
      expect((await world.ask("a", { ...base, ...other })).told).toEqual(["REQUEST_ID_REUSED"]);
      await world.release(holder);
      expect(waiter.told).toEqual(["granted"]);
    },
  );

  test("C4: the same request id with and without hold is REQUEST_ID_REUSED", async () => {
    const world = await open();
    const session = world.engine.openSession(30_000, 0);
    await world.hold("a", base);
    expect((await world.ask("a", { ...base, session })).told).toEqual(["REQUEST_ID_REUSED"]);
  });

  test("another owner or patience is the same request", async () => {
    const world = await open();
    const first = await world.hold("a", { requestId: ID });
    const again = await world.ask("a", { requestId: ID, owner: { ...OWNER, label: "x" }, patienceMs: 5 });
    expect(again.lease.id).toBe(first.lease.id);
  });

  test("a request id belongs to one lock", async () => {
    const world = await open();
    const onA = await world.hold("a", { requestId: ID });
    const onB = await world.hold("b", { requestId: ID });
    expect(onA.lease.id).not.toBe(onB.lease.id);
  });

  test("refusals and time-outs are not remembered", async () => {
    const world = await open();
    const holder = await world.hold("a", { ttlMs: 60_000 });
    expect((await world.tryFor("a", { requestId: ID })).told).toEqual(["contended"]);
    expect((await world.ask("a", { requestId: ID, weight: 2 })).told).toEqual(["INVALID_WEIGHT"]);
    const timedOut = await world.queue("a", { requestId: ID, patienceMs: 1_000 });
    await world.outlive(1_000);
    expect(timedOut.told).toEqual(["timed-out"]);
    await world.release(holder);
    await world.hold("a", { requestId: ID, value: "another" });
  });

  test("the request id of a lease that has ended asks anew", async () => {
    const world = await open();
    const first = await world.hold("a", { requestId: ID });
    await world.release(first);
    const again = await world.hold("a", { requestId: ID });
    expect(again.lease.id).not.toBe(first.lease.id);
    expect(again.token).toBeGreaterThan(first.token);
  });

  test("C4: a request id is found among many entries, and forgotten with its own", async () => {
    const world = await open();
    const shared = { mode: "shared" } as const;
    const ids = Array.from({ length: 30 }, (_, i) => rid(`n${i}`));
    const held = [];
    for (const requestId of ids) held.push(await world.hold("a", { ...shared, requestId }));
    for (const [i, requestId] of ids.entries()) {
      expect((await world.hold("a", { ...shared, requestId })).lease.id).toBe(held[i]?.lease.id);
    }
    await world.release(held[3]!);
    expect((await world.hold("a", { ...shared, requestId: ids[3] })).lease.id).not.toBe(held[3]?.lease.id);
  });

  test("C5: a release that is repeated after somebody else took over frees nothing", async () => {
    const world = await open();
    const first = await world.hold("a");
    const next = await world.queue("a");
    expect(await world.release(first)).toBe(true);
    expect(await world.release(first)).toBe(false);
    expect(await refusal(() => world.renew(next))).toBe("none");
  });
}
