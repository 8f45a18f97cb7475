import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connect, type HeldLease, type LockClient } from "../../src/client/index.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";

let server: ServerProcess;
let near: LockClient;

beforeAll(async () => {
  server = await startServer();
  near = await connect(`127.0.0.1:${server.port}`);
});

afterAll(async () => {
  await near.close();
  await server.stop();
});

/** A client behind a proxy, whose session is open. */
async function farClient(proxy: Proxy): Promise<LockClient> {
  const far = await connect(`127.0.0.1:${proxy.port}`);
  await far.acquire("kept open");
  return far;
}

/** What answers there were are lost with the connection; the next one works. */
async function loseAnswers(proxy: Proxy): Promise<void> {
  const next = proxy.nextConnection();
  proxy.cut();
  proxy.resume();
  await next;
}

test("C4: an acquire whose answer is lost gets the lease that was granted, and no second place in the queue", async () => {
  using proxy = await Proxy.to(server.port);
  await using far = await farClient(proxy);
  proxy.swallow("toClient");
  const asked = far.acquire("c4");
  await vi.waitFor(async () => {
    expect((await near.inspect("c4")).holderCount).toBe(1);
  });
  const { fencingToken } = await near.inspect("c4");
  await loseAnswers(proxy);
  const lease = await asked;
  expect(lease.fencingToken).toBe(fencingToken);
  expect(await near.inspect("c4")).toMatchObject({ holderCount: 1, waiterCount: 0, fencingToken });
  expect(await lease.release()).toBe(true);
  expect(await near.inspect("c4")).toMatchObject({ holderCount: 0, waiterCount: 0 });
});

test("C4: a try whose answer is lost gets what the server had answered", async () => {
  using proxy = await Proxy.to(server.port);
  await using far = await farClient(proxy);
  proxy.swallow("toClient");
  const asked = far.tryAcquire("c4/try");
  await vi.waitFor(async () => {
    expect((await near.inspect("c4/try")).holderCount).toBe(1);
  });
  await loseAnswers(proxy);
  expect(await asked).toMatchObject({ state: "held" });
});

test("C5: a release whose answer is lost, and which is repeated when the next one has the lock, doesn't touch the next one", async () => {
  using proxy = await Proxy.to(server.port);
  await using far = await farClient(proxy);
  const lease = await far.acquire("c5");
  const next = near.acquire("c5");
  proxy.swallow("toClient");
  const released = lease.release();
  const successor = await next;
  await loseAnswers(proxy);
  expect(await released).toBe(false);
  expect([lease.state, successor.state]).toEqual(["released", "held"]);
  const { fencingToken } = successor;
  expect(await near.inspect("c5")).toMatchObject({ holderCount: 1, waiterCount: 0, fencingToken });
  expect(await successor.release()).toBe(true);
});

test("C3: who gives up in the tick of the grant has the lock, or nobody has", async () => {
  await using far = await connect(`127.0.0.1:${server.port}`);
  let gaveUp = 0;
  for (let round = 0; round < 100; round++) {
    const holder = await near.acquire("c3");
    const giveUp = new AbortController();
    const { queued, lease } = waiting(far, "c3", giveUp.signal);
    await queued;
    const released = holder.release();
    // The later, the more likely it is that the grant comes first.
    for (let turn = 0; turn < round % 10; turn++) await new Promise((resolve) => setImmediate(resolve));
    giveUp.abort();
    await released;
    const granted = await lease;
    if (granted === undefined) gaveUp++;
    else expect(await granted.release()).toBe(true);
    const after = await near.acquire("c3");
    expect(await near.inspect("c3")).toMatchObject({ holderCount: 1, waiterCount: 0 });
    await after.release();
  }
  expect(gaveUp).toBeGreaterThan(0);
  expect(await near.inspect("c3")).toMatchObject({ holderCount: 0, waiterCount: 0 });
});

/** Asks for a lock that somebody has. `queued` resolves when the server has queued it, `lease` in the end. */
function waiting(client: LockClient, name: string, signal: AbortSignal) {
  let place: (() => void) | undefined;
  const queued = new Promise<void>((resolve) => (place = resolve));
  const lease = client.acquire(name, { signal, onQueued: () => place?.() }).catch((thrown: unknown) => {
    expect(thrown).toBe(signal.reason);
  });
  return { queued, lease: lease as Promise<HeldLease | undefined> };
}
