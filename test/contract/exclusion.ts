import { expect, test } from "vitest";
import { pool } from "./harness.js";
import type { opener } from "./world.js";

export function exclusion(open: ReturnType<typeof opener>): void {
  test("two EXCLUSIVE leases never live together", async () => {
    const world = await open();
    await world.hold("a");
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
  });

  test("SHARED leases live together in any number, whatever the capacity", async () => {
    const world = await open();
    for (let i = 0; i < 20; i++) await world.hold("a", { mode: "shared" });
    expect(await world.inspect("a")).toMatchObject({ mode: "shared", capacity: 1, holderCount: 20 });
  });

  test("SHARED is not granted beside EXCLUSIVE, even where units are free", async () => {
    const world = await open({ pools: [pool({ capacity: 5 })] });
    await world.hold("a");
    expect((await world.tryFor("a", { mode: "shared" })).told).toEqual(["contended"]);
  });

  test("EXCLUSIVE is not granted beside SHARED, even where units are free", async () => {
    const world = await open({ pools: [pool({ capacity: 5 })] });
    await world.hold("a", { mode: "shared" });
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
  });

  test("the weights of EXCLUSIVE leases fit the capacity", async () => {
    const world = await open({ pools: [pool({ capacity: 5 })] });
    await world.hold("a", { weight: 2 });
    await world.hold("a", { weight: 2 });
    expect((await world.tryFor("a", { weight: 2 })).told).toEqual(["contended"]);
    await world.hold("a", { weight: 1 });
    expect((await world.tryFor("a", { weight: 1 })).told).toEqual(["contended"]);
  });

  test("a weight over the capacity, and SHARED with a weight over 1, are refused", async () => {
    const world = await open({ pools: [pool({ capacity: 5 })] });
    expect((await world.ask("a", { weight: 6 })).error?.reason).toBe("INVALID_WEIGHT");
    expect((await world.ask("a", { mode: "shared", weight: 2 })).error?.reason).toBe("INVALID_WEIGHT");
  });

  test("a grant tells what it is: mode, weight, ttl, value, and that it is not re-entrant", async () => {
    const world = await open();
    const { lease } = await world.hold("a", { ttlMs: 5_000, value: "here" });
    expect(lease).toMatchObject({ ttlMs: 5_000, value: "here", request: { mode: "exclusive", weight: 1 } });
    expect(lease.lock.holders.size).toBe(1);
    expect((await world.tryFor("a")).told).toEqual(["contended"]);
  });

  test("every lease has an id of its own, with 128 random bits, a letter first", async () => {
    const world = await open();
    const ids = new Set<string>();
    for (let i = 0; i < 100; i++) ids.add((await world.hold("a", { mode: "shared" })).lease.id);
    expect(ids.size).toBe(100);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-z0-9_]{32,127}$/);
  });

  test("what anyone may see holds no lease id", async () => {
    const world = await open();
    const { lease } = await world.hold("a");
    await world.queue("a");
    expect(
      JSON.stringify(await world.inspect("a"), (_, v: unknown) => (typeof v === "bigint" ? `${v}` : v)),
    ).not.toContain(lease.id);
  });

  test("a server that the pool does not name is refused, and so is one that says nothing", async () => {
    const world = await open({ pools: [pool({ servers: ["db-1"] })] });
    const owner = { host: "db-1", label: "", metadata: {} };
    expect((await world.ask("a", { owner })).held).toBe(true);
    expect((await world.ask("a", { owner: { ...owner, host: "db-2" } })).error?.reason).toBe("NOT_ALLOWED");
    expect((await world.ask("a", { owner: { ...owner, host: "" } })).error?.reason).toBe("NOT_ALLOWED");
    expect((await world.ask("a", { owner, principal: "web" })).error?.reason).toBe("NOT_ALLOWED");
  });
}
