import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LossReason } from "../../gen/distributex/v1/lock.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failure, seconds } from "./caller.js";
import { event } from "./event-stream.js";
import { SessionCaller } from "./session-caller.js";
import { acquire, draining, lost, queued, wait } from "./session-operations.js";

let server: ServerProcess;
let proxy: Proxy;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({
    config:
      "pools:\n  - name: '*'\n  - name: brief/*\n    maxhold: 1s\n  - name: delayed/*\n    lockdelay: 1h\n",
  });
  proxy = await Proxy.to(server.port);
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  proxy.close();
  await server.stop();
});

describe("a lease that ends by somebody else", () => {
  test("is told: RELEASED by its id elsewhere, FORCE_RELEASED by an administrator", async () => {
    const session = new SessionCaller(ann.locks);
    const [first, second] = [await session.take("l/1"), await session.take("l/2")];
    expect(await ann.release(first.leaseId)).toBe(true);
    expect(await session.event(lost(first.leaseId))).toBe(LossReason.RELEASED);
    await ann.forceRelease({ name: "l/2", fencingToken: second.fencingToken, reason: "test" });
    expect(await session.event(lost(second.leaseId))).toBe(LossReason.FORCE_RELEASED);
    expect(await session.release(second.leaseId)).toBe(false);
    await session.close();
  });

  test("one that another session releases is told too, one's own release is not", async () => {
    const [session, other] = [new SessionCaller(ann.locks), new SessionCaller(ann.locks)];
    const [own, theirs] = [await session.take("l/own"), await session.take("l/theirs")];
    await session.release(own.leaseId);
    await other.release(theirs.leaseId);
    await session.event(lost(theirs.leaseId));
    expect(session.messages.flatMap(({ events }) => events)).toHaveLength(1);
    await Promise.all([session.close(), other.close()]);
  });

  test("by maxhold: the grant says how long is left, then MAX_HOLD, and the session goes on", async () => {
    const session = new SessionCaller(ann.locks);
    const { leaseId, remainingHold } = await session.take("brief/x");
    expect(Number(remainingHold!.seconds) + remainingHold!.nanos / 1e9).toBeLessThanOrEqual(1);
    expect(await session.event(lost(leaseId))).toBe(LossReason.MAX_HOLD);
    await session.take("brief/x");
    expect(await session.close()).toMatchObject({ code: 0 });
  });
});

describe("close", () => {
  test("releases all at once without lock delay, cancels what waits, then ends OK", async () => {
    const session = new SessionCaller(ann.locks, { grace: seconds(3600) });
    const holder = await ann.take("l/close");
    await session.take("delayed/close");
    const waiting = session.askOne(wait("l/close"));
    await session.event(queued(waiting.id));
    expect(await session.close()).toMatchObject({ code: 0 });
    expect((await waiting.result).$case).toBe("cancelled");
    await ann.take("delayed/close");
    expect(await ann.inspect("l/close")).toMatchObject({ waiterCount: 0 });
    await ann.release(holder.leaseId);
  });

  test("comes after the operations of its own message", async () => {
    const session = new SessionCaller(ann.locks);
    const result = session.resultOf(1);
    session.send({ operations: [{ id: 1, kind: acquire("l/last") }], close: true });
    expect([(await result).$case, (await session.status).code]).toEqual(["granted", 0]);
    expect(await ann.inspect("l/last")).toMatchObject({ holderCount: 0 });
  });
});

describe("a lost stream", () => {
  const ways: [string, (session: SessionCaller) => void][] = [
    ["its sending half was closed", (session) => void session.end()],
    ["its client cancelled", (session) => void session.cancel()],
    [
      "its connection was cut",
      () => {
        proxy.cut();
      },
    ],
    [
      "its connection was cut on the server's side alone",
      () => {
        proxy.cutHalf("server");
      },
    ],
  ];

  test.each(ways)("C2: without grace frees at once what it held and waited for: %s", async (how, lose) => {
    const [name, queue] = [`l/lost/${how}`, `l/lost/${how}/queue`];
    const far = new Caller(proxy.port);
    const session = new SessionCaller(far.locks, { ttl: seconds(3600) });
    const { leaseId } = await session.take(name);
    const other = await ann.take(queue);
    await session.event(queued(session.askOne(wait(queue)).id));
    lose(session);
    await ann.wait({ name }).until(event("granted"));
    await ann.inspectUntil(queue, ({ waiterCount }) => waiterCount === 0);
    expect([await ann.release(leaseId), await ann.release(other.leaseId)]).toEqual([false, true]);
    far.close();
  });

  test.each(ways)("with grace keeps all of it for that long, and no longer: %s", async (how, lose) => {
    const [name, queue] = [`l/grace/${how}`, `l/grace/${how}/queue`];
    const far = new Caller(proxy.port);
    const session = new SessionCaller(far.locks, { ttl: seconds(3600), grace: seconds(1) });
    await session.take(name);
    await ann.take(queue);
    await session.event(queued(session.askOne(wait(queue)).id));
    const lostAt = performance.now();
    lose(session);
    await ann.wait({ name }).until(event("granted"));
    expect(performance.now() - lostAt).toBeGreaterThan(990);
    await ann.inspectUntil(queue, ({ waiterCount }) => waiterCount === 0);
    far.close();
  });

  test("C14: starts the lock delay, as no polite end does", async () => {
    const session = new SessionCaller(ann.locks);
    await session.take("delayed/lost");
    await session.cancel();
    const lock = await ann.inspectUntil("delayed/lost", ({ holderCount }) => holderCount === 0);
    expect(lock.lockDelayRemaining).toBeDefined();
    expect((await ann.acquire({ name: "delayed/lost" })).lease).toBeUndefined();
  });
});

describe("a session that says nothing", () => {
  test("for its ttl loses everything, though its stream lives, and ends with SESSION_LOST", async () => {
    const session = new SessionCaller(ann.locks, { ttl: seconds(1), grace: seconds(3600) });
    const spoke = performance.now();
    const { leaseId } = await session.take("l/silent");
    const next = ann.wait({ name: "l/silent" });
    await next.until(event("granted"));
    expect(performance.now() - spoke).toBeGreaterThan(990);
    expect(failure((await session.status) as never)).toMatchObject({ code: 9, reason: "SESSION_LOST" });
    expect(await ann.release(leaseId)).toBe(false);
  });

  test("but pings keeps all it has", async () => {
    const session = new SessionCaller(ann.locks, { ttl: seconds(3) });
    const { leaseId } = await session.take("l/pings");
    const start = performance.now();
    while (performance.now() - start < 3_200) await session.ping();
    expect(await session.release(leaseId)).toBe(true);
    await session.close();
  });

  test("but operations keeps all it has too", async () => {
    const session = new SessionCaller(ann.locks, { ttl: seconds(3) });
    const { leaseId } = await session.take("l/works");
    const start = performance.now();
    while (performance.now() - start < 3_200) await session.release("unknown");
    expect(await session.release(leaseId)).toBe(true);
    await session.close();
  });
});

describe("C60: SIGTERM", () => {
  test("tells a session, fails what waits and ends it with SHUTTING_DOWN", async () => {
    await using stopping = await startServer();
    const caller = new Caller(stopping.port);
    const session = new SessionCaller(caller.locks, { grace: seconds(3600) });
    const { leaseId } = await session.take("x");
    const waiting = session.askOne(wait("x"));
    await session.event(queued(waiting.id));
    const stopped = stopping.stop();
    await session.event(draining);
    expect(await session.event(lost(leaseId))).toBe(LossReason.SHUTTING_DOWN);
    expect((await waiting.result).value).toMatchObject({ code: 14, reason: "SHUTTING_DOWN" });
    expect(failure((await session.status) as never)).toMatchObject({ code: 14, reason: "SHUTTING_DOWN" });
    expect(await stopped).toMatchObject({ code: 0 });
    caller.close();
  });
});
