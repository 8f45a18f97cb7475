import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Mode } from "../../gen/distributex/v1/lock.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, seconds } from "./caller.js";
import { event } from "./event-stream.js";
import { SessionCaller, valueOf, type Asked } from "./session-caller.js";
import { acquire, cancel, release, resume, wait, type Kind } from "./session-operations.js";

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

describe("10,000 waiters of one session on one lock", () => {
  test("are served in their order to the last, and leave nothing", async () => {
    const session = new SessionCaller(ann.locks, { ttl: seconds(3600) });
    let { leaseId, fencingToken } = await session.take("c/10000");
    const asked = crowd(session, "c/10000", 10_000);
    await ann.inspectUntil("c/10000", ({ waiterCount }) => waiterCount === 10_000);
    for (const { result } of asked) {
      session.ask(release(leaseId));
      const next = valueOf(await result, "granted");
      expect(next.fencingToken > fencingToken).toBe(true);
      ({ leaseId, fencingToken } = next);
    }
    await session.release(leaseId);
    expect(await ann.inspect("c/10000")).toMatchObject({ holderCount: 0, waiterCount: 0 });
    await session.close();
  });

  test("C2: all leave with it, and who came after them is next", async () => {
    const session = new SessionCaller(ann.locks, { ttl: seconds(3600) });
    const { leaseId } = await ann.take("c/leave");
    crowd(session, "c/leave", 10_000);
    await ann.inspectUntil("c/leave", ({ waiterCount }) => waiterCount === 10_000);
    const next = ann.wait({ name: "c/leave" });
    expect(await next.until(event("queued"))).toEqual({ position: 10_001, queueLength: 10_001 });
    await session.cancel();
    await ann.inspectUntil("c/leave", ({ waiterCount }) => waiterCount === 1);
    await ann.release(leaseId);
    await next.until(event("granted"));
  });

  test("are cancelled by close, each with its one result", async () => {
    const session = new SessionCaller(ann.locks, { ttl: seconds(3600) });
    await ann.take("c/close");
    const asked = crowd(session, "c/close", 10_000);
    expect(await session.close()).toMatchObject({ code: 0 });
    const results = await Promise.all(asked.map(({ result }) => result));
    expect(new Set(results.map(({ $case }) => $case))).toEqual(new Set(["cancelled"]));
    expect(await ann.inspect("c/close")).toMatchObject({ waiterCount: 0 });
  });
});

describe("20,000 locks of one session", () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `c/many/${i}`);

  test("are all free when its close is answered", async () => {
    const session = new SessionCaller(ann.locks);
    await Promise.all(takeAll(session, names).map(({ result }) => result));
    await session.close();
    const results = await Promise.all(
      takeAll(new SessionCaller(ann.locks), names).map(({ result }) => result),
    );
    expect(new Set(results.map(({ $case }) => $case))).toEqual(new Set(["granted"]));
  });

  test("are taken over by one that names them, more than fit into one message", async () => {
    const [older, newer] = [new SessionCaller(ann.locks), new SessionCaller(ann.locks)];
    const own = names.map((name) => `c/resumed/${name}`);
    const held = await Promise.all(takeAll(older, own).map(({ result }) => result));
    const ids = held.map((result) => valueOf(result, "granted").leaseId);
    const resumed = slices(ids, 5_000).map((some) => newer.do(resume(some), "resumed"));
    const leases = (await Promise.all(resumed)).flatMap((some) => some.leases);
    expect(leases.map(({ leaseId }) => leaseId)).toEqual(ids);
    await older.close();
    expect(await ann.inspect(own.at(-1)!)).toMatchObject({ holderCount: 1 });
    await newer.close();
  });
});

describe("C3: 10,000 readers that are let in together", () => {
  test("while every other one is withdrawn in the same message: one result each, and it is true", async () => {
    const session = new SessionCaller(ann.locks);
    const { leaseId } = await session.take("c/readers");
    const readers = slices(Array<Kind>(10_000).fill(wait("c/readers", { mode: Mode.SHARED })), 1_000).flatMap(
      (some) => session.ask(...some),
    );
    const withdrawn = readers.filter((_, i) => i % 2 === 0);
    const asked = session.ask(release(leaseId), ...withdrawn.map(({ id }) => cancel(id)));
    await Promise.all(asked.map(({ result }) => result));
    const results = await Promise.all(readers.map(({ result }) => result));
    const granted = results.filter(({ $case }) => $case === "granted").length;
    expect(results.filter(({ $case }) => $case === "cancelled")).toHaveLength(10_000 - granted);
    expect(await ann.inspect("c/readers")).toMatchObject({ holderCount: granted, waiterCount: 0 });
    await session.close();
  });
});

/** Waiters of one session on one lock, a thousand a message. */
function crowd(session: SessionCaller, name: string, size: number): Asked[] {
  return slices(Array<Kind>(size).fill(wait(name)), 1_000).flatMap((some) => session.ask(...some));
}

function takeAll(session: SessionCaller, names: readonly string[]): Asked[] {
  return slices(names, 5_000).flatMap((some) => session.ask(...some.map((name) => acquire(name))));
}

function slices<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
