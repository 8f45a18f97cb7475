import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Mode } from "../../gen/distributex/v1/lock.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, seconds } from "./caller.js";
import { SessionCaller, valueOf } from "./session-caller.js";
import {
  acquire,
  cancel,
  inspect,
  queued,
  release,
  renew,
  resume,
  wait,
  type Kind,
} from "./session-operations.js";

let server: ServerProcess;
let ann: Caller;
let session: SessionCaller;

beforeAll(async () => {
  server = await startServer({
    config:
      "pools:\n  - name: f/*\n  - name: three/*\n    maxlocks: 3\n" +
      "limits:\n  waits_per_session: 3\n  leases_per_session: 100\n",
  });
  ann = new Caller(server.port);
  session = new SessionCaller(ann.locks);
});

afterAll(async () => {
  expect(await session.close()).toMatchObject({ code: 0 });
  ann.close();
  await server.stop();
});

describe("a bad operation", () => {
  const bad: [string, Kind, string, string | undefined][] = [
    ["an acquire without a name", acquire(""), "INVALID_NAME", "name"],
    ["an acquire of a name not in NFC", acquire("f/e\u0301"), "INVALID_NAME", "name"],
    ["an acquire that no pool covers", acquire("nowhere"), "UNKNOWN_POOL", "name"],
    ["a weight over the capacity", acquire("f/bad", { weight: 2 }), "INVALID_WEIGHT", "weight"],
    ["an unknown mode", acquire("f/bad", { mode: 7 as Mode }), "INVALID_ARGUMENT", "mode"],
    ["a negative wait", acquire("f/bad", { waitTimeout: seconds(-1) }), "INVALID_ARGUMENT", "wait_timeout"],
    ["a short request id", acquire("f/bad", { requestId: "short" }), "INVALID_ARGUMENT", "request_id"],
    ["a value too long", acquire("f/bad", { value: "v".repeat(4097) }), "INVALID_ARGUMENT", "value"],
    ["a value with capacity over 1", acquire("three/bad", { value: "v" }), "INVALID_ARGUMENT", "value"],
    ["a release without a lease", release(""), "INVALID_ARGUMENT", "lease_id"],
    ["a renewal of what is no lease id", renew("0 or 1"), "INVALID_ARGUMENT", "lease_id"],
    ["a renewal of what is not held", renew("unknown"), "LEASE_NOT_HELD", undefined],
    ["an inspect of nothing", inspect(""), "INVALID_NAME", "name"],
    [
      "an inspect of two things",
      { $case: "inspect", value: { name: "f/bad", leaseId: "a" } },
      "INVALID_ARGUMENT",
      "lease_id",
    ],
  ];

  test.each(bad)("%s gets its error and changes nothing; others of its message run", async (...row) => {
    const [, kind, reason, field] = row;
    const [before, faulty, after] = session.ask(inspect("f/bad"), kind, inspect("f/bad"));
    const error = valueOf(await faulty!.result, "error");
    expect([error.reason, error.metadata["field"]]).toEqual([reason, field]);
    expect([error.message === "", error.code > 0]).toEqual([false, true]);
    expect(await after!.result).toEqual(await before!.result);
  });

  test("id 0 and no kind get errors that name the field, and others of their message run", async () => {
    const [zero, kindless, good] = [session.resultOf(0), session.resultOf(901), session.resultOf(902)];
    session.send({
      operations: [
        { id: 0, kind: acquire("f/zero") },
        { id: 901, kind: undefined },
        { id: 902, kind: inspect("f/zero") },
      ],
    });
    expect((await zero).value).toMatchObject({ reason: "INVALID_ARGUMENT", metadata: { field: "id" } });
    expect((await kindless).value).toMatchObject({ code: 3, reason: "INVALID_ARGUMENT" });
    expect(valueOf(await good, "inspected").holderCount).toBe(0);
  });

  test("an id that is not answered yet is refused to the new operation and stays the old one's", async () => {
    const { leaseId } = await ann.take("f/reused");
    const waiting = session.askOne(wait("f/reused"));
    await session.event(queued(waiting.id));
    const second = session.resultOf(waiting.id);
    session.send({ operations: [{ id: waiting.id, kind: acquire("f/other") }] });
    // The two share the id: what comes first is the refusal.
    const refused = valueOf(await waiting.result, "error");
    expect(refused).toMatchObject({ reason: "INVALID_ARGUMENT", metadata: { field: "id" } });
    await ann.release(leaseId);
    expect(await session.release(valueOf(await second, "granted").leaseId)).toBe(true);
    expect(await ann.inspect("f/other")).toMatchObject({ holderCount: 0 });
  });

  test("an answered id is free again", async () => {
    const { id, result } = session.askOne(inspect("f/free"));
    await result;
    const again = session.resultOf(id);
    session.send({ operations: [{ id, kind: inspect("f/free") }] });
    expect((await again).$case).toBe("inspected");
  });
});

describe("limits", () => {
  test("over max_in_flight an acquire that waits is refused, and releases go on", async () => {
    const own = new SessionCaller(ann.locks);
    expect((await own.opened).maxInFlight).toBe(3);
    const { leaseId } = await own.take("f/limit");
    const waiting = own.ask(...[1, 2, 3].map(() => wait("f/limit")));
    const refused = await own.do(wait("f/limit"), "error");
    expect(refused).toMatchObject({ code: 8, reason: "TOO_MANY_OPERATIONS" });
    expect(await own.release(leaseId)).toBe(true);
    valueOf(await waiting[0]!.result, "granted");
    // One has left the queue: there is room for one again.
    const { id } = own.askOne(wait("f/limit"));
    expect(await own.event(queued(id))).toMatchObject({ position: 3 });
    await own.close();
  });

  test("an acquire that is withdrawn or runs out makes room", async () => {
    const own = new SessionCaller(ann.locks);
    await own.take("f/room");
    const [first, second] = own.ask(wait("f/room"), acquire("f/room", { waitTimeout: seconds(0.01) }));
    own.ask(wait("f/room"), cancel(first!.id));
    await Promise.all([first!.result, second!.result]);
    const asked = own.ask(wait("f/room"), wait("f/room"));
    expect(await own.event(queued(asked[1]!.id))).toMatchObject({ position: 3 });
    await own.close();
  });

  test("over leases_per_session TOO_MANY_LOCKS, and a release makes room", async () => {
    const own = new SessionCaller(ann.locks);
    const asked = own.ask(...Array.from({ length: 100 }, (_, i) => acquire(`f/many/${i}`)));
    const { leaseId } = valueOf(await asked[0]!.result, "granted");
    const refused = await own.do(acquire("f/many/100"), "error");
    expect(refused).toMatchObject({ code: 8, reason: "TOO_MANY_LOCKS" });
    await own.release(leaseId);
    await own.take("f/many/100");
    await own.close();
  });
});

describe("a resume that names more than leases_per_session", () => {
  test("is refused and moves nothing", async () => {
    const [older, newer] = [new SessionCaller(ann.locks), new SessionCaller(ann.locks)];
    const asked = older.ask(...Array.from({ length: 100 }, (_, i) => acquire(`f/resume/${i}`)));
    const results = await Promise.all(asked.map(({ result }) => result));
    const leaseIds = results.map((result) => valueOf(result, "granted").leaseId);
    await newer.take("f/resume/own");
    expect(await newer.do(resume(leaseIds), "error")).toMatchObject({ reason: "TOO_MANY_LOCKS" });
    await older.ping();
    expect(older.messages.flatMap(({ events }) => events)).toEqual([]);
    await newer.close();
    expect(await Promise.all(leaseIds.map((leaseId) => older.release(leaseId)))).not.toContain(false);
    await older.close();
  });
});

describe("C4: a repeated request id", () => {
  const requestId = (name: string) => `request-id-${name}`.padEnd(16, "-");

  test("gives the same lease and token while it lives, on the same stream and a new one", async () => {
    const again = acquire("f/c4/held", { requestId: requestId("held") });
    const first = await session.do(again, "granted");
    expect(await session.do(again, "granted")).toMatchObject(same(first));
    const newer = new SessionCaller(ann.locks);
    expect(await newer.do(again, "granted")).toMatchObject(same(first));
    expect(await ann.inspect("f/c4/held")).toMatchObject({ holderCount: 1, waiterCount: 0 });
    await newer.close();
  });

  test("keeps the place in the queue, and the older acquire is told SUPERSEDED", async () => {
    const { leaseId } = await ann.take("f/c4/waits");
    const again = wait("f/c4/waits", { requestId: requestId("waits") });
    const newer = new SessionCaller(ann.locks);
    let older = session.askOne(again);
    const other = session.askOne(wait("f/c4/waits"));
    await session.event(queued(other.id));
    for (const caller of [session, newer]) {
      const latest = caller.askOne(again);
      expect(await caller.event(queued(latest.id))).toMatchObject({ position: 1, queueLength: 2 });
      expect((await older.result).value).toMatchObject({ code: 1, reason: "SUPERSEDED" });
      older = latest;
    }
    await ann.release(leaseId);
    await newer.release(valueOf(await older.result, "granted").leaseId);
    await session.release(valueOf(await other.result, "granted").leaseId);
    await newer.close();
  });

  test("with other contents is REQUEST_ID_REUSED and touches nothing", async () => {
    const id = requestId("other");
    const { leaseId } = await session.do(acquire("f/c4/other", { requestId: id }), "granted");
    const other = acquire("f/c4/other", { requestId: id, value: "v" });
    expect(await session.do(other, "error")).toMatchObject({ code: 3, reason: "REQUEST_ID_REUSED" });
    expect(await session.release(leaseId)).toBe(true);
  });

  function same({ leaseId, fencingToken }: { leaseId: string; fencingToken: bigint }) {
    return { leaseId, fencingToken };
  }
});
