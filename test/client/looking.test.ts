import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, NotAcquired, Unavailable, type LockClient } from "../../src/client/index.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";

let server: ServerProcess;
let locks: LockClient;
beforeAll(async () => {
  server = await startServer({
    config:
      "pools:\n  - {name: '*', maxlocks: 1}\n  - {name: 'gpu*', maxlocks: 3}\n  - {name: 'delayed', lockdelay: 60s, maxlocks: 1}\n",
  });
  locks = await connect(`127.0.0.1:${server.port}`, {
    owner: { label: "l", host: "h", metadata: { k: "v" } },
  });
});
afterAll(async () => {
  await locks.close();
  await server.stop();
});

const owner = { label: "l", host: "h", metadata: { k: "v" } };
const ref = expect.stringMatching(/^[0-9a-f]{12}$/) as string;
const date = expect.any(Date) as Date;
const milliseconds = expect.any(Number) as number;

describe("inspect", () => {
  it("shows a lock with its holders and waiters", async () => {
    const lease = await locks.acquire("gpu", { weight: 2 });
    const controller = new AbortController();
    await new Promise<void>((resolve) => {
      const options = {
        weight: 3,
        signal: controller.signal,
        onQueued: () => {
          resolve();
        },
      };
      locks.acquire("gpu", options).catch(() => undefined);
    });
    const { fencingToken } = lease;
    const holder = { ref, owner, mode: "exclusive", weight: 2, fencingToken, acquireTime: date };
    const waiter = { ref, owner, mode: "exclusive", weight: 3, position: 1, enqueueTime: date };
    expect(await locks.inspect("gpu")).toEqual({
      name: "gpu",
      pool: "gpu*",
      mode: "exclusive",
      capacity: 3,
      holders: [{ ...holder, heldForMs: milliseconds, remainingMs: milliseconds }],
      waiters: [{ ...waiter, waitedMs: milliseconds }],
      holderCount: 1,
      waiterCount: 1,
      fencingToken,
      lockDelayRemainingMs: 0,
    });
    controller.abort();
    await lease.release();
  });

  it("shows a lock that nobody uses", async () => {
    const unused = { name: "unused", pool: "*", mode: undefined, capacity: 1, holders: [], waiters: [] };
    const nothing = { holderCount: 0, waiterCount: 0, fencingToken: 0n, lockDelayRemainingMs: 0 };
    expect(await locks.inspect("unused")).toEqual({ ...unused, ...nothing });
  });

  it("shows shared holders", async () => {
    const leases = await Promise.all([1, 2].map(() => locks.acquire("s", { mode: "shared" })));
    expect(await locks.inspect("s")).toMatchObject({
      mode: "shared",
      holderCount: 2,
      holders: [{ mode: "shared" }, {}],
    });
    await Promise.all(leases.map((lease) => lease.release()));
  });

  it("is answered over a new connection when the old one is dead and silent", async () => {
    using proxy = await Proxy.to(server.port);
    const client = await connect(`127.0.0.1:${proxy.port}`, { connectTimeout: "4s" });
    proxy.cutHalf("server");
    expect((await client.inspect("unused")).pool).toBe("*");
    await client.close();
  });

  it("is answered by the other server when the first one is gone, though nothing else goes on", async () => {
    await using first = await startServer();
    const client = await connect([`127.0.0.1:${first.port}`, `127.0.0.1:${server.port}`]);
    expect((await client.inspect("unused")).pool).toBe("*");
    await first.kill();
    expect((await client.inspect("unused")).name).toBe("unused");
    await client.close();
  });

  it("rejects with Unavailable when no server answers within `connectTimeout`, dead or silent", async () => {
    using proxy = await Proxy.to(server.port);
    const client = await connect(`127.0.0.1:${proxy.port}`, { connectTimeout: "200ms" });
    proxy.swallow();
    const silent = await client.inspect("unused").catch((error: unknown) => error);
    expect(silent).toBeInstanceOf(Unavailable);
    expect(silent).toMatchObject({ outcomeUnknown: true });
    proxy.refuse();
    proxy.cut();
    await expect(client.inspect("unused")).rejects.toBeInstanceOf(Unavailable);
    await client.close();
  });

  it("a hundred times at once warns of nothing", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => void warnings.push(warning);
    process.on("warning", listen);
    await Promise.all(Array.from({ length: 100 }, () => locks.inspect("unused")));
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });
});

describe("list", () => {
  it("goes over all locks of its prefix, page by page, each once", async () => {
    const names = Array.from({ length: 1500 }, (_, i) => `page/${i}`);
    const leases = await Promise.all(names.map((name) => locks.acquire(name)));
    const other = await locks.acquire("other");
    const listed: string[] = [];
    for await (const { name, holderCount, holders } of locks.list({ prefix: "page/" })) {
      expect([holderCount, holders[0]?.owner.label]).toEqual([1, "l"]);
      listed.push(name);
    }
    expect(listed.sort()).toEqual(names.sort());
    const all: string[] = [];
    for await (const { name } of locks.list()) all.push(name);
    expect(new Set(all)).toEqual(new Set([...names, "other"]));
    await Promise.all([other, ...leases].map((lease) => lease.release()));
  });

  it("ends with the signal's reason, and with its client", async () => {
    const aborted = AbortSignal.abort(new Error("enough"));
    await expect(locks.list({ signal: aborted }).next()).rejects.toThrow("enough");
    const client = await connect(`127.0.0.1:${server.port}`);
    await client.close();
    await expect(client.list().next()).rejects.toMatchObject({ reason: "CLOSED" });
    await expect(locks.list({ prefix: null as never }).next()).rejects.toThrow("Expected `prefix` to be");
  });
});

describe("NotAcquired", () => {
  it("shows the lock as inspect does, with its first holder", async () => {
    const lease = await locks.acquire("taken");
    const refused: unknown = await locks.acquire("taken", { wait: "0s" }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(NotAcquired);
    const { lock } = refused as NotAcquired;
    expect(lock).toMatchObject({ mode: "exclusive", fencingToken: lease.fencingToken, holders: [{ owner }] });
    await lease.release();
  });
});
