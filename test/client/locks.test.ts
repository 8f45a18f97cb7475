import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, LeaseLost, NotAcquired, Unavailable, type LockClient } from "../../src/client/index.js";
import { startServer, type ServerProcess } from "../process/server.js";

let server: ServerProcess;
let address: string;
let locks: LockClient;
beforeAll(async () => {
  server = await startServer({
    config: "pools:\n  - {name: '*', maxlocks: 1}\n  - {name: 'gpu*', maxlocks: 3}\n",
  });
  address = `127.0.0.1:${server.port}`;
  locks = await connect(address, { owner: "test" });
});
afterAll(async () => {
  await locks.close();
  await server.stop();
});

/** Acquires a lock that somebody has, and resolves when the server has queued it. */
async function queued(name: string, client = locks, signal?: AbortSignal) {
  let place: (() => void) | undefined;
  const waiting = new Promise<void>((resolve) => (place = resolve));
  const lease = client.acquire(name, { onQueued: () => place?.(), signal });
  lease.catch(() => undefined);
  await waiting;
  return { lease };
}

describe("a lock", () => {
  it("is held by one until it is released, and then by the next", async () => {
    const first = await locks.acquire("one");
    expect(first).toMatchObject({ name: "one", mode: "exclusive", weight: 1, holderCount: 1, state: "held" });
    expect(await locks.tryAcquire("one")).toBeNull();
    const next = await queued("one");
    expect(await first.release()).toBe(true);
    const second = await next.lease;
    expect(second.fencingToken).toBeGreaterThan(first.fencingToken);
    expect(await second.release()).toBe(true);
    expect((await locks.inspect("one")).holderCount).toBe(0);
  });

  it("that does not come free in time rejects with NotAcquired, and what the server saw", async () => {
    const held = await locks.acquire("late");
    const refused = locks.acquire("late", { wait: "50ms" });
    await expect(refused).rejects.toBeInstanceOf(NotAcquired);
    await expect(refused).rejects.toMatchObject({ reason: "TIMED_OUT", lock: { holderCount: 1 } });
    await expect(locks.acquire("late", { wait: "0s" })).rejects.toMatchObject({ reason: "CONTENDED" });
    await held.release();
  });

  it("is shared by many, but not with an exclusive holder", async () => {
    const a = await locks.acquire("read", { mode: "shared" });
    const b = await locks.acquire("read", { mode: "shared" });
    expect(b).toMatchObject({ mode: "shared", holderCount: 2 });
    expect(await locks.tryAcquire("read")).toBeNull();
    await Promise.all([a.release(), b.release()]);
  });

  it("has as many units as its pool says", async () => {
    const two = await locks.acquire("gpu-1", { weight: 2 });
    expect(await locks.tryAcquire("gpu-1", { weight: 2 })).toBeNull();
    const one = await locks.acquire("gpu-1");
    await Promise.all([two.release(), one.release()]);
  });

  it("that the server refuses rejects with the server's reason", async () => {
    await expect(locks.acquire("")).rejects.toMatchObject({ reason: "INVALID_NAME", field: "name" });
    await expect(locks.acquire("x".repeat(513))).rejects.toMatchObject({ reason: "INVALID_NAME" });
    await expect(locks.acquire("heavy", { weight: 9 })).rejects.toMatchObject({ reason: "INVALID_WEIGHT" });
  });

  it("is not waited for any more when the signal aborts", async () => {
    const held = await locks.acquire("aborted");
    const controller = new AbortController();
    const { lease } = await queued("aborted", locks, controller.signal);
    controller.abort(new Error("enough"));
    await expect(lease).rejects.toThrow("enough");
    await held.release();
    const next = await locks.acquire("aborted");
    await next.release();
  });

  it("goes with a ttl of its own on a stream of its own", async () => {
    const lease = await locks.acquire("short", { ttl: "5s" });
    const [holder] = (await locks.inspect("short")).holders;
    expect(holder?.owner).toMatchObject({ label: "test" });
    expect(await lease.release()).toBe(true);
  });
});

describe("withLock", () => {
  it("holds the lock while the function runs, and gives it back whatever comes of it", async () => {
    const result = await locks.withLock("with", async (lease) => {
      lease.assertHeld();
      return (await locks.inspect("with")).holderCount;
    });
    expect(result).toBe(1);
    const failing = locks.withLock("with", { wait: "1s" }, () => {
      throw new Error("mine");
    });
    await expect(failing).rejects.toThrow("mine");
    expect((await locks.inspect("with")).holderCount).toBe(0);
  });

  it("rejects with LeaseLost when the lock was lost, though the function resolved", async () => {
    const other = await connect(address);
    const lost = locks.withLock("broken", async (lease) => {
      const { leaseId } = lease;
      const gone = new Promise((resolve) => {
        lease.signal.addEventListener("abort", resolve);
      });
      await release(leaseId);
      await gone;
    });
    await expect(lost).rejects.toBeInstanceOf(LeaseLost);
    await expect(lost).rejects.toMatchObject({ reason: "RELEASED" });
    await other.close();
  });
});

describe("a client", () => {
  it("that is closed has released all, and waits for nothing any more", async () => {
    const client = await connect(address);
    const held = await client.acquire("closing");
    const { lease } = await queued("closing", client);
    await client.close();
    await expect(lease).rejects.toMatchObject({ reason: "CLOSED" });
    expect(held.state).toBe("released");
    expect((await locks.inspect("closing")).holderCount).toBe(0);
    await expect(client.acquire("closing")).rejects.toMatchObject({ reason: "CLOSED" });
    await expect(client.inspect("closing")).rejects.toMatchObject({ reason: "CLOSED" });
  });

  it("loses its leases by the clock when the server is gone", async () => {
    await using other = await startServer();
    const client = await connect(`127.0.0.1:${other.port}`, { ttl: "1s", grace: "1s", connectTimeout: "1s" });
    const lease = await client.acquire("gone");
    const { signal } = lease;
    const lost = new Promise((resolve) => {
      signal.addEventListener("abort", resolve);
    });
    await other.kill();
    await lost;
    expect(signal.reason).toMatchObject({ reason: "SESSION_LOST" });
    expect(lease.state).toBe("lost");
    await expect(client.tryAcquire("gone")).rejects.toBeInstanceOf(Unavailable);
    await client.close();
  });

  it("waits through a restart of the server", async () => {
    await using first = await startServer();
    const at = `127.0.0.1:${first.port}`;
    const client = await connect(at);
    const held = await client.acquire("restart");
    const { lease } = await queued("restart", client);
    await first.kill();
    await using second = await startServer({ args: ["--listen", at] });
    const next = await lease;
    expect(next.fencingToken).toBeGreaterThan(held.fencingToken);
    expect(held.state).toBe("lost");
    await client.close();
    await second.stop();
  });

  it("goes to the other server when the first one stops", async () => {
    await using first = await startServer();
    await using second = await startServer();
    const client = await connect([`127.0.0.1:${first.port}`, `127.0.0.1:${second.port}`]);
    await (await client.acquire("a")).release();
    await first.stop();
    await (await client.acquire("a")).release();
    expect((await client.inspect("a")).name).toBe("a");
    await client.close();
  });

  it.each([
    ["ttl", { ttl: 30 as never }],
    ["grace", { grace: "ten" }],
    ["connectTimeout", { connectTimeout: null as never }],
    ["owner.label", { owner: { label: 7 as never } }],
  ])("refuses a wrong %s, and says what it expected", async (option, options) => {
    await expect(connect(address, options)).rejects.toThrow(`Expected \`${option}\` to be `);
  });

  it("says what it expected of an acquire", async () => {
    await expect(locks.acquire("a", { ttl: 30 as never })).rejects.toThrow(
      new TypeError('Expected `ttl` to be a duration such as "30s", got 30 (number)'),
    );
    await expect(locks.acquire("a", { weight: 0 })).rejects.toThrow("Expected `weight` to be an integer");
    await expect(locks.acquire("a", { mode: "both" as never })).rejects.toThrow("Expected `mode` to be");
    await expect(locks.acquire(7 as never)).rejects.toThrow("Expected `name` to be a string");
  });

  it("rejects with Unavailable where no server answers", async () => {
    await expect(connect("127.0.0.1:1", { connectTimeout: "100ms" })).rejects.toBeInstanceOf(Unavailable);
  });
});

/** Ends a lease by its id, as somebody else may. */
async function release(leaseId: string): Promise<void> {
  const { LockServiceService, openConnection, parseAddresses, unary } =
    await import("../../src/client/stubs.js");
  const connection = await openConnection(parseAddresses(address));
  await unary(connection, LockServiceService.release, { leaseId });
  connection.close();
}
