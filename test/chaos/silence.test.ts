import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connect, type HeldLease, type LockClient } from "../../src/client/index.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { GrantClock } from "./grant-clock.js";
import { monotonic } from "./time.js";

let server: ServerProcess;
let near: LockClient;
let clock: GrantClock;

beforeAll(async () => {
  server = await startServer();
  near = await connect(`127.0.0.1:${server.port}`);
  clock = await GrantClock.of(server.port);
});

afterAll(async () => {
  await near.close();
  await server.stop();
});

const SHORT = { ttl: "2s", grace: "1s" } as const;

/** Resolves with the time when the lease's holder is told that it is lost. */
function loss(lease: HeldLease): Promise<number> {
  return new Promise((resolve) => {
    lease.signal.addEventListener("abort", () => {
      resolve(monotonic());
    });
  });
}

/** The holder is told by its signal, and the server grants the lock to the next one after that. */
async function lostBeforeNextGrant(lease: HeldLease): Promise<void> {
  const next = near.acquire(lease.name);
  const lostAt = await loss(lease);
  expect(lease.state).toBe("lost");
  const successor = await next;
  expect(clock.grantedBy(successor.fencingToken)).toBeGreaterThan(lostAt);
  expect(successor.fencingToken).toBeGreaterThan(lease.fencingToken);
  await successor.release();
}

describe("C12: a holder in a network that swallows packets knows first", () => {
  test.each([
    ["both ways", ["toServer", "toClient"]],
    ["on their way to the server", ["toServer"]],
    ["on their way to the client", ["toClient"]],
  ] as const)("%s", async (how, ways) => {
    using proxy = await Proxy.to(server.port);
    const far = await connect(`127.0.0.1:${proxy.port}`, SHORT);
    const lease = await far.acquire(`c12/${how}`);
    proxy.swallow(...ways);
    await lostBeforeNextGrant(lease);
    proxy.resume();
    await far.close();
  });
});

test("C63: of a connection that only its client knows to be dead the server frees the lock when the lease ends", async () => {
  using proxy = await Proxy.to(server.port);
  const far = await connect(`127.0.0.1:${proxy.port}`, { ...SHORT, connectTimeout: "1s" });
  const lease = await far.acquire("c63");
  proxy.refuse();
  proxy.cutHalf("client");
  await lostBeforeNextGrant(lease);
  await far.close();
});

test("C63: of a connection that only its server knows to be dead the client takes its leases to the next one", async () => {
  using proxy = await Proxy.to(server.port);
  await using far = await connect(`127.0.0.1:${proxy.port}`, { ttl: "12s", grace: "6s" });
  const lease = await far.acquire("c63/server");
  const next = proxy.nextConnection();
  proxy.cutHalf("server");
  await next;
  await vi.waitFor(() => {
    expect(lease.state).toBe("held");
  }, 5_000);
  expect(lease.signal.aborted).toBe(false);
  expect(await lease.release()).toBe(true);
});

test("C13: a renewal that fails is no loss when the next one succeeds in time", async () => {
  using proxy = await Proxy.to(server.port);
  await using far = await connect(`127.0.0.1:${proxy.port}`, { ttl: "12s", grace: "6s" });
  const lease = await far.acquire("c13");
  const { fencingToken } = lease;
  proxy.swallow();
  await vi.waitFor(() => {
    expect(lease.state).toBe("unconfirmed");
  }, 10_000);
  expect(lease.held).toBe(true);
  proxy.resumeWithoutSwallowed();
  await vi.waitFor(() => {
    expect(lease.state).toBe("held");
  }, 10_000);
  expect(lease.signal.aborted).toBe(false);
  expect(await near.inspect("c13")).toMatchObject({ holderCount: 1, fencingToken });
  expect(await lease.release()).toBe(true);
});
