import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LossReason } from "../../gen/distributex/v1/lock.js";
import type { SessionLease } from "../../gen/distributex/v1/session.js";
import { Proxy } from "../network/proxy.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, seconds } from "./caller.js";
import { event } from "./event-stream.js";
import { SessionCaller, valueOf } from "./session-caller.js";
import { acquire, lost, queued, release, resume, wait } from "./session-operations.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer();
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

const LONG = { ttl: seconds(3600), grace: seconds(3600) };
const open = (...leases: readonly SessionLease[]) =>
  new SessionCaller(ann.locks, { ...LONG, leaseIds: leases.map(({ leaseId }) => leaseId) });

describe("a new stream that names leases", () => {
  test("gets exactly those that live, with their tokens; what is not there any more is absent", async () => {
    const older = open();
    const [kept, released, alsoKept] = [
      await older.take("r/1"),
      await older.take("r/2"),
      await older.take("r/3"),
    ];
    await older.release(released.leaseId);
    await older.cancel();
    const newer = open(kept, released, { ...kept, leaseId: "unknown" }, alsoKept);
    const { leases } = await newer.opened;
    expect(tokens(leases)).toEqual(tokens([kept, alsoKept]));
    expect(await newer.release(kept.leaseId)).toBe(true);
    await newer.close();
    expect(await ann.inspect("r/3")).toMatchObject({ holderCount: 0 });
  });

  test("gets them by `resume` operations too, in the order of its operations", async () => {
    const older = open();
    const lease = await older.take("r/operation");
    await older.cancel();
    const newer = open();
    const [resumed, released] = newer.ask(resume([lease.leaseId, "unknown"]), release(lease.leaseId));
    expect(tokens(valueOf(await resumed!.result, "resumed").leases)).toEqual(tokens([lease]));
    expect(valueOf(await released!.result, "released").wasHeld).toBe(true);
    await newer.close();
  });

  test("gets nothing back that ended with its grace", async () => {
    const older = new SessionCaller(ann.locks, { grace: seconds(0) });
    const lease = await older.take("r/over");
    await older.cancel();
    await ann.wait({ name: "r/over" }).until(event("granted"));
    const newer = open(lease);
    expect((await newer.opened).leases).toEqual([]);
    await newer.close();
  });

  test("wins over an older one that lives: that one is told SESSION_LOST, and its end touches nothing", async () => {
    const older = open();
    const [moved, stays] = [await older.take("r/moved"), await older.take("r/stays")];
    const newer = open(moved);
    expect(tokens((await newer.opened).leases)).toEqual(tokens([moved]));
    expect(await older.event(lost(moved.leaseId))).toBe(LossReason.SESSION_LOST);
    expect(await older.close()).toMatchObject({ code: 0 });
    expect(await ann.inspect("r/stays")).toMatchObject({ holderCount: 0 });
    expect(await newer.release(stays.leaseId)).toBe(false);
    expect(await newer.release(moved.leaseId)).toBe(true);
    await newer.close();
  });

  test("has them for its own ttl and grace: without grace they end with it at once", async () => {
    const older = open();
    const lease = await older.take("r/own-grace");
    const newer = new SessionCaller(ann.locks, { ttl: seconds(60), leaseIds: [lease.leaseId] });
    await newer.opened;
    await older.cancel();
    await newer.cancel();
    await ann.wait({ name: "r/own-grace" }).until(event("granted"));
  });
});

describe("a new stream that repeats a request id", () => {
  const again = (name: string) => wait(name, { requestId: `resumed-request-${name.slice(2)}` });

  test("keeps the place in the queue, ahead of who came later", async () => {
    const { leaseId } = await ann.take("r/place");
    const older = open();
    await older.event(queued(older.askOne(again("r/place")).id));
    const later = ann.wait({ name: "r/place" });
    expect(await later.until(event("queued"))).toEqual({ position: 2, queueLength: 2 });
    await older.cancel();
    const newer = open();
    const { id, result } = newer.askOne(again("r/place"));
    expect(await newer.event(queued(id))).toMatchObject({ position: 1, queueLength: 2 });
    await ann.release(leaseId);
    valueOf(await result, "granted");
    await newer.close();
    await later.until(event("granted"));
  });

  test("is granted what its turn came for while no stream was there", async () => {
    const { leaseId } = await ann.take("r/turn");
    const older = open();
    await older.event(queued(older.askOne(again("r/turn")).id));
    const later = ann.wait({ name: "r/turn" });
    await later.until(event("queued"));
    await older.end();
    await ann.release(leaseId);
    await ann.inspectUntil("r/turn", ({ holderCount, waiterCount }) => holderCount + waiterCount === 2);
    const newer = open();
    const lease = await newer.do(again("r/turn"), "granted");
    expect((await ann.inspect("r/turn")).holders).toMatchObject([{ fencingToken: lease.fencingToken }]);
    await newer.close();
    await later.until(event("granted"));
  });

  test("C4: whose answer was lost gets the same lease, and the older stream's end touches nothing", async () => {
    const older = open();
    const first = await older.do(again("r/answer"), "granted");
    const newer = open();
    expect(tokens([await newer.do(again("r/answer"), "granted")])).toEqual(tokens([first]));
    await older.close();
    expect(await newer.release(first.leaseId)).toBe(true);
    await newer.close();
  });
});

describe("C61: a load balancer that resets connections", () => {
  test("costs nothing: leases, and places in queues, are taken over again and again", async () => {
    using proxy = await Proxy.to(server.port);
    const far = new Caller(proxy.port);
    const { leaseId } = await ann.take("r/c61/queue");
    const ticket = wait("r/c61/queue", { requestId: "request-id-of-c61" });
    let session = new SessionCaller(far.locks, LONG);
    const lease = await session.take("r/c61/held");
    await session.event(queued(session.askOne(ticket).id));
    const rival = ann.wait({ name: "r/c61/queue" });
    await rival.until(event("queued"));
    for (let reset = 0; reset < 5; reset++) {
      proxy.cut();
      await session.status;
      session = await reopened(far, lease);
      await session.event(queued(session.askOne(ticket).id));
    }
    expect(await ann.inspect("r/c61/held")).toMatchObject({
      fencingToken: lease.fencingToken,
      holderCount: 1,
    });
    const { result } = session.askOne(ticket);
    await ann.release(leaseId);
    valueOf(await result, "granted");
    await session.close();
    await rival.until(event("granted"));
    far.close();
  });

  test("a stream that is taken over while the older one is half-open has all its leases at once", async () => {
    using proxy = await Proxy.to(server.port);
    const far = new Caller(proxy.port);
    const session = new SessionCaller(far.locks, LONG);
    const lease = await session.take("r/half-open");
    proxy.swallow();
    proxy.resumeWithoutSwallowed();
    const newer = open(lease);
    expect(tokens((await newer.opened).leases)).toEqual(tokens([lease]));
    proxy.cut();
    expect((await newer.do(acquire("r/half-open"), "notAcquired")).lock).toMatchObject({ holderCount: 1 });
    expect(await newer.release(lease.leaseId)).toBe(true);
    await newer.close();
    far.close();
  });
});

/** A new session with this lease, as soon as the client's channel has a connection again. */
async function reopened(caller: Caller, lease: SessionLease): Promise<SessionCaller> {
  await new Promise<void>((resolve, reject) => {
    caller.locks.waitForReady(Date.now() + 60_000, (error) => {
      if (error === undefined) resolve();
      else reject(error);
    });
  });
  const session = new SessionCaller(caller.locks, { ...LONG, leaseIds: [lease.leaseId] });
  expect(tokens((await session.opened).leases)).toEqual(tokens([lease]));
  return session;
}

function tokens(leases: readonly SessionLease[]): [string, bigint][] {
  return leases.map(({ leaseId, fencingToken }) => [leaseId, fencingToken] as [string, bigint]).sort();
}
