import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LockEventType, WatchLocksResponse } from "../../src/client/stubs.js";
import { connect, Unavailable, type LockClient, type LockEvent } from "../../src/client/index.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Operator } from "./operator.js";
import { ScriptedServer } from "./scripted-server.js";

let server: ServerProcess;
let locks: LockClient;
beforeAll(async () => {
  server = await startServer();
  locks = await connect(`127.0.0.1:${server.port}`, { owner: "watched" });
});
afterAll(async () => {
  await locks.close();
  await server.stop();
});

/** Begins to watch, and resolves when the watch is in place. */
async function watching(client: LockClient, prefix: string, signal?: AbortSignal) {
  let place: (() => void) | undefined;
  const inPlace = new Promise<void>((resolve) => (place = resolve));
  const events = client.watch({ prefix, signal, onWatching: () => place?.() });
  const first = events.next();
  first.catch(() => undefined);
  await inPlace;
  return { events, first };
}

const event = (name: string) => WatchLocksResponse.create({ type: LockEventType.GRANTED, name });
const heartbeat = WatchLocksResponse.create({ type: LockEventType.UNSPECIFIED });

describe("a watcher", () => {
  it("is told all that happens to the locks of its prefix, in order", async () => {
    const { events, first } = await watching(locks, "w/");
    const held = await locks.acquire("w/1");
    await (await locks.acquire("other")).release();
    await expect(locks.acquire("w/1", { wait: "1ms" })).rejects.toMatchObject({ reason: "TIMED_OUT" });
    await held.release();
    const broken = await locks.acquire("w/2");
    using operator = await Operator.of(server.port);
    await operator.breakLease(broken, "maintenance");

    const told = [(await first).value as LockEvent];
    while (told.length < 6) told.push((await events.next()).value as LockEvent);
    const { fencingToken } = held;
    expect(told.map(({ type, name, queueLength }) => [type, name, queueLength])).toEqual([
      ["granted", "w/1", 0],
      ["queued", "w/1", 1],
      ["left", "w/1", 0],
      ["released", "w/1", 0],
      ["granted", "w/2", 0],
      ["broken", "w/2", 0],
    ]);
    expect(told[0]).toMatchObject({ fencingToken, reason: "", complete: true, owner: { label: "watched" } });
    expect(told[0]?.time).toBeInstanceOf(Date);
    expect(told[1]).toMatchObject({ fencingToken: 0n });
    expect(told[5]).toMatchObject({ reason: "maintenance" });
    await events.return();
  });

  it("is told with Unavailable that its connection broke, for events may have been missed", async () => {
    using proxy = await Proxy.to(server.port);
    const client = await connect(`127.0.0.1:${proxy.port}`);
    const { first } = await watching(client, "");
    proxy.cut();
    await expect(first).rejects.toBeInstanceOf(Unavailable);
    await client.close();
  });

  it("is told with Unavailable that its server ended", async () => {
    await using other = await startServer();
    const client = await connect(`127.0.0.1:${other.port}`);
    const { first } = await watching(client, "");
    await other.stop();
    await expect(first).rejects.toBeInstanceOf(Unavailable);
    await client.close();
  });

  it("ends with the signal's reason, and with its client", async () => {
    const controller = new AbortController();
    const { first } = await watching(locks, "", controller.signal);
    controller.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    const client = await connect(`127.0.0.1:${server.port}`);
    const other = await watching(client, "");
    await client.close();
    await expect(other.first).rejects.toMatchObject({ reason: "CLOSED" });
  });

  it("rejects when no server answers within `connectTimeout`", async () => {
    await using other = await startServer();
    const client = await connect(`127.0.0.1:${other.port}`, { connectTimeout: "200ms" });
    await other.kill();
    await expect(client.watch().next()).rejects.toBeInstanceOf(Unavailable);
    await client.close();
  });

  it("rejects a prefix that is none", async () => {
    await expect(locks.watch({ prefix: 7 as never }).next()).rejects.toThrow(
      "Expected `prefix` to be a string",
    );
    await expect(locks.watch({ prefix: "x".repeat(513) }).next()).rejects.toMatchObject({
      reason: "INVALID_ARGUMENT",
    });
  });
});

describe("a watcher, whatever the server says,", () => {
  it("is not told of heartbeats, nor of what only newer clients know", async () => {
    await using scripted = await ScriptedServer.start();
    const { locks: client } = await scripted.client();
    const events = client.watch();
    const first = events.next();
    const stream = await scripted.watchers.next();
    for (const said of [heartbeat, heartbeat, { ...event("new"), type: 77 as never }, event("a"), heartbeat])
      stream.write(said);
    stream.write(event("b"));
    expect((await first).value).toMatchObject({ type: "granted", name: "a" });
    expect((await events.next()).value).toMatchObject({ name: "b" });
    await events.return();
    await client.close();
  });

  it("is told with Unavailable that it has been silent for 30 s, but not for the time of its own loop", async () => {
    await using scripted = await ScriptedServer.start();
    const { locks: client, machine } = await scripted.client();
    const events = client.watch();
    const first = events.next();
    const stream = await scripted.watchers.next();
    stream.write(event("a"));
    expect((await first).value).toMatchObject({ name: "a" });
    await machine.pass(100_000);
    const second = events.next();
    stream.write(event("b"));
    expect((await second).value).toMatchObject({ name: "b" });
    const third = events.next();
    third.catch(() => undefined);
    await machine.pass(29_900);
    expect(stream.cancelled).toBe(false);
    await machine.pass(200);
    await expect(third).rejects.toThrow("the server said nothing for 30s");
    await expect(third).rejects.toBeInstanceOf(Unavailable);
    await client.close();
  });

  it("tries again until it is in place, for nothing was missed so far", async () => {
    await using scripted = await ScriptedServer.start();
    const { locks: client } = await scripted.client();
    const events = client.watch();
    const first = events.next();
    (await scripted.watchers.next()).emit("error", { code: status.UNAVAILABLE, details: "not yet" });
    (await scripted.watchers.next()).write(event("a"));
    expect((await first).value).toMatchObject({ name: "a" });
    await events.return();
    await client.close();
  });
});
