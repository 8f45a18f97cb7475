import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { status } from "@grpc/grpc-js";
import { connect, type LeaderInfo, type LockClient } from "../../src/client/index.js";
import { Latest } from "../../src/client/latest.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { ScriptedServer } from "./scripted-server.js";

let server: ServerProcess;
let locks: LockClient;
beforeAll(async () => {
  server = await startServer();
  locks = await connect(`127.0.0.1:${server.port}`, {
    owner: { label: "a", host: "h", metadata: { k: "v" } },
  });
});
afterAll(async () => {
  await locks.close();
  await server.stop();
});

type Observation = AsyncGenerator<LeaderInfo | undefined, void>;

async function next(observation: Observation): Promise<LeaderInfo | undefined> {
  const { value, done } = await observation.next();
  if (done === true) throw new Error("the observation is over");
  return value;
}

/** A leader as a server tells it. */
function leader(fencingToken: bigint, value = "") {
  return { leader: { owner: undefined, value, fencingToken, electTime: new Date() } };
}

const NONE = { leader: undefined };

describe("an observer", () => {
  it("is told the state of now first, then each change", async () => {
    const observation = locks.observe("changes");
    expect(await next(observation)).toBeUndefined();
    const campaign = locks.campaign("changes", { value: "one" });
    const { value: term } = await campaign.next();
    const { fencingToken } = term!;
    const told = await next(observation);
    expect(told).toMatchObject({ value: "one", fencingToken });
    expect(told).toMatchObject({ owner: { label: "a", host: "h", metadata: { k: "v" } } });
    expect(Math.abs(told!.electTime.getTime() - Date.now())).toBeLessThan(60_000);
    await term!.proclaim("two");
    expect(await next(observation)).toMatchObject({ value: "two", fencingToken });
    await campaign.return();
    expect(await next(observation)).toBeUndefined();
    await observation.return();
  });

  it("goes on over a lost connection, and is told what has changed meanwhile", async () => {
    using proxy = await Proxy.to(server.port);
    const client = await connect(`127.0.0.1:${proxy.port}`);
    const observation = client.observe("cut");
    expect(await next(observation)).toBeUndefined();
    proxy.refuse();
    proxy.cut();
    const refused = proxy.nextConnection();
    const change = next(observation);
    const campaign = locks.campaign("cut", { value: "new" });
    await campaign.next();
    await refused;
    proxy.accept();
    expect(await change).toMatchObject({ value: "new" });
    await campaign.return();
    await observation.return();
    await client.close();
  });

  it("ends with the signal's reason, also while it waits", async () => {
    const controller = new AbortController();
    const observation = locks.observe("signal", { signal: controller.signal });
    expect(await next(observation)).toBeUndefined();
    const change = next(observation);
    controller.abort(new Error("enough"));
    await expect(change).rejects.toThrow("enough");
    await expect(next(locks.observe("signal", { signal: controller.signal }))).rejects.toThrow("enough");
  });

  it("ends with its client", async () => {
    const client = await connect(`127.0.0.1:${server.port}`);
    const observation = client.observe("client");
    expect(await next(observation)).toBeUndefined();
    const change = next(observation);
    await client.close();
    await expect(change).rejects.toMatchObject({ reason: "CLOSED" });
    await expect(next(client.observe("client"))).rejects.toMatchObject({ reason: "CLOSED" });
  });

  it("rejects when the server refuses for good", async () => {
    await expect(next(locks.observe(""))).rejects.toMatchObject({ reason: "INVALID_NAME" });
    await expect(next(locks.observe(7 as never))).rejects.toThrow("Expected `name` to be a string");
  });
});

describe("an observer, whatever servers say,", () => {
  it("is not told the same state again", async () => {
    await using scripted = await ScriptedServer.start();
    const { locks: client } = await scripted.client();
    const observation = client.observe("a");
    const first = next(observation);
    const stream = await scripted.observers.next();
    for (const state of [
      leader(5n),
      leader(5n),
      leader(5n, "value"),
      leader(5n, "value"),
      NONE,
      NONE,
      leader(6n),
    ])
      stream.write(state);
    const told = [await first];
    while (told.at(-1)?.fencingToken !== 6n) told.push(await next(observation));
    const identities = told.map((state) => `${String(state?.fencingToken)} ${String(state?.value)}`);
    expect(new Set(identities).size).toBe(told.length);
    await observation.return();
    await client.close();
  });

  it("is never told of an older term after a newer one", async () => {
    await using scripted = await ScriptedServer.start();
    const { locks: client } = await scripted.client();
    const observation = client.observe("a");
    const first = next(observation);
    const before = await scripted.observers.next();
    before.write(leader(7n));
    expect(await first).toMatchObject({ fencingToken: 7n });
    const change = next(observation);
    before.emit("error", { code: status.UNAVAILABLE, details: "gone" });
    // The next server is behind.
    const after = await scripted.observers.next();
    for (const token of [5n, 6n, 7n, 8n]) after.write(leader(token));
    expect(await change).toMatchObject({ fencingToken: 8n });
    await observation.return();
    await client.close();
  });

  it("gives a stream up that is silent for 15 s, and opens the next over a new connection", async () => {
    await using scripted = await ScriptedServer.start();
    const { locks: client, machine } = await scripted.client();
    const observation = client.observe("a");
    const first = next(observation);
    const silent = await scripted.observers.next();
    const peer = silent.getPeer();
    silent.write(leader(7n));
    expect(await first).toMatchObject({ fencingToken: 7n });
    const change = next(observation);
    await machine.pass(14_900);
    expect(silent.cancelled).toBe(false);
    await machine.pass(200);
    const other = await scripted.observers.next();
    expect(other.getPeer()).not.toBe(peer);
    other.write(leader(8n));
    expect(await change).toMatchObject({ fencingToken: 8n });
    await observation.return();
    await client.close();
  });

  it("waits no longer than `connectTimeout` for the first word of a server", async () => {
    await using scripted = await ScriptedServer.start();
    const { locks: client, machine } = await scripted.client({ connectTimeout: "3s" });
    const observation = client.observe("a");
    const first = next(observation);
    await scripted.observers.next();
    await machine.pass(3_100);
    (await scripted.observers.next()).write(leader(7n));
    expect(await first).toMatchObject({ fencingToken: 7n });
    await observation.return();
    await client.close();
  });
});

describe("of values whose reader is slow", () => {
  it("the newest one is kept, and what is between is not", async () => {
    const latest = new Latest<number>();
    latest.put(1);
    expect(await latest.take()).toBe(1);
    latest.put(2);
    latest.put(3);
    expect(await latest.take()).toBe(3);
    const waiting = latest.take();
    latest.put(4);
    expect(await waiting).toBe(4);
  });

  it("the newest one is taken before the failure is told, again and again", async () => {
    const latest = new Latest<number>();
    latest.put(1);
    latest.fail(new Error("over"));
    expect(await latest.take()).toBe(1);
    await expect(latest.take()).rejects.toThrow("over");
    await expect(latest.take()).rejects.toThrow("over");
  });
});
