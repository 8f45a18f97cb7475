import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { connect, type LockClient } from "../../src/client/index.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { GoawayProxy } from "./goaway-proxy.js";

let server: ServerProcess;
let near: LockClient;

beforeAll(async () => {
  server = await startServer();
  near = await connect(`127.0.0.1:${server.port}`, { owner: "near" });
});

afterAll(async () => {
  await near.close();
  await server.stop();
});

/** Something between a client and its server that ends connections. */
interface Middle {
  readonly port: number;
  nextConnection(): Promise<void>;
}

/**
 * A client that holds one lock and waits for another is disturbed three times, and each time has again all that it
 * had: the lease with its token, and its place ahead of who came later.
 */
async function keepsAll(name: string, middle: Middle, disturb: () => void): Promise<void> {
  const address = `127.0.0.1:${middle.port}`;
  await using far = await connect(address, { owner: "far", ttl: "12s", grace: "6s" });
  const held = await far.acquire(`${name}/held`);
  const { fencingToken } = held;
  const queue = `${name}/queue`;
  const holder = await near.acquire(queue);
  const [first, second] = [await queued(far, queue), await queued(near, queue)];
  for (let round = 0; round < 3; round++) {
    const next = middle.nextConnection();
    disturb();
    await next;
    await vi.waitFor(() => {
      expect(held.state).toBe("held");
    }, 5_000);
    const { waiters } = await near.inspect(queue);
    expect(waiters.map(({ owner }) => owner.label)).toEqual(["far", "near"]);
  }
  expect(await near.inspect(`${name}/held`)).toMatchObject({ holderCount: 1, fencingToken });
  await holder.release();
  const mine = await first.lease;
  expect(await mine.release()).toBe(true);
  const theirs = await second.lease;
  expect(theirs.fencingToken).toBeGreaterThan(mine.fencingToken);
  expect([await theirs.release(), await held.release()]).toEqual([true, true]);
}

/** Asks for a lock that somebody has; resolves when the server has queued it. */
async function queued(client: LockClient, name: string) {
  let place: (() => void) | undefined;
  const waiting = new Promise<void>((resolve) => (place = resolve));
  const lease = client.acquire(name, { onQueued: () => place?.() });
  await waiting;
  return { lease };
}

describe("C61: leases and places in queues outlive", () => {
  test.each([
    [
      "connections that are reset",
      (proxy: Proxy) => {
        proxy.cut();
      },
    ],
    [
      "connections that are reset for the client only",
      (proxy: Proxy) => {
        proxy.cutHalf("client");
      },
    ],
    [
      "connections that are reset for the server only",
      (proxy: Proxy) => {
        proxy.cutHalf("server");
      },
    ],
  ])("%s", async (how, disturb) => {
    using proxy = await Proxy.to(server.port);
    await keepsAll(how, proxy, () => {
      disturb(proxy);
    });
  });

  test.each([
    ["a GOAWAY, and the end of the connection after it", 0],
    ["a GOAWAY with ENHANCE_YOUR_CALM, and the end of the connection after it", 11],
  ])("%s", async (how, code) => {
    using proxy = await GoawayProxy.to(server.port);
    await keepsAll(how, proxy, () => {
      proxy.sendAway(code);
    });
  });
});
