import { Client, credentials, type ServiceError, type StatusObject } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import { OpenSession, SessionRequest } from "../../gen/distributex/v1/session.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failure, seconds } from "./caller.js";
import { SessionCaller } from "./session-caller.js";
import { acquire, inspect } from "./session-operations.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({
    config: "pools:\n  - name: '*'\n  - name: ours/*\n    servers: [our-host]\n",
  });
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

const open = (more: Partial<OpenSession> | null = {}) => new SessionCaller(ann.locks, more);

describe("the first message", () => {
  test("is answered with what the session is: by default a ttl of 30 s and no grace", async () => {
    const session = open();
    const opened = await session.opened;
    expect(opened).toMatchObject({ leases: [], ttl: seconds(30), pingInterval: seconds(10) });
    expect([opened.grace ?? seconds(0), opened.maxInFlight]).toEqual([seconds(0), 100_000]);
    expect(opened.sessionId).not.toBe("");
    expect(session.messages[0]).toMatchObject({ kept: 1, results: [], events: [] });
    await session.close();
  });

  test.each([
    { ttl: 9, grace: 3, ping: 1 },
    { ttl: 3, grace: 9, ping: 1 },
    { ttl: 1, grace: 86_400, ping: 1 / 3 },
  ])("agrees on a ttl of $ttl s, a grace of $grace s and a ping every $ping s", async (asked) => {
    const session = open({ ttl: seconds(asked.ttl), grace: seconds(asked.grace) });
    const { ttl, grace, pingInterval } = await session.opened;
    expect([ttl, grace]).toEqual([seconds(asked.ttl), seconds(asked.grace)]);
    expect(Number(pingInterval!.seconds) + pingInterval!.nanos / 1e9).toBeCloseTo(asked.ping, 3);
    await session.close();
  });

  test("gives every session a name of its own", async () => {
    const sessions = [open(), open()];
    const [one, other] = await Promise.all(sessions.map(({ opened }) => opened));
    expect(one!.sessionId).not.toBe(other!.sessionId);
    await Promise.all(sessions.map((session) => session.close()));
  });

  test.each([
    { fault: "ttl 0", with: { ttl: seconds(0) }, reason: "INVALID_TTL", field: "ttl" },
    { fault: "a negative ttl", with: { ttl: seconds(-1) }, reason: "INVALID_TTL", field: "ttl" },
    { fault: "a ttl under 1 s", with: { ttl: seconds(0.999) }, reason: "INVALID_TTL", field: "ttl" },
    {
      fault: "a ttl that is no Duration",
      with: { ttl: { seconds: 1n, nanos: -1 } },
      reason: "INVALID_TTL",
      field: "ttl",
    },
    { fault: "a negative grace", with: { grace: seconds(-1) }, reason: undefined, field: "grace" },
    { fault: "a grace over 24 h", with: { grace: seconds(86_401) }, reason: undefined, field: "grace" },
    {
      fault: "a host that is too long",
      with: { owner: { host: "h".repeat(256), label: "", metadata: {} } },
      reason: "INVALID_ARGUMENT",
      field: "owner.host",
    },
  ])("with $fault ends the stream with an error that names $field", async (bad) => {
    const refused = failureIn(await open(bad.with).status);
    expect(refused.code).toBe(3);
    if (bad.reason !== undefined) expect(refused.reason).toBe(bad.reason);
    expect(refused.field).toContain(bad.field);
  });

  test("without `open` ends the stream, and so does a later one with it", async () => {
    const without = open(null);
    without.send({});
    const twice = open();
    await twice.opened;
    twice.send({ open: OpenSession.create() });
    for (const { status } of [without, twice])
      expect(failureIn(await status)).toMatchObject({ code: 3, reason: "INVALID_ARGUMENT" });
  });

  test("may carry operations, whose results come with or after `opened`", async () => {
    const session = open(null);
    const result = session.resultOf(7);
    session.send({ open: OpenSession.create(), operations: [{ id: 7, kind: acquire("s/first") }] });
    expect(await result).toMatchObject({ $case: "granted" });
    expect(session.messages[0]!.opened).toBeDefined();
    await session.close();
  });

  test("may be the last: what it opens and takes is closed again", async () => {
    const session = open(null);
    const result = session.resultOf(1);
    session.send({
      open: OpenSession.create(),
      operations: [{ id: 1, kind: acquire("s/only") }],
      close: true,
    });
    await session.opened;
    expect([(await result).$case, (await session.status).code]).toEqual(["granted", 0]);
    expect(await ann.inspect("s/only")).toMatchObject({ holderCount: 0 });
  });
});

describe("seq and kept", () => {
  test("seq alone is a ping, and is answered at once with a kept that covers it", async () => {
    const session = open();
    for (const ping of [2, 3, 4]) expect(await session.ping()).toBe(ping);
    expect(session.messages.slice(1)).toHaveLength(3);
    await session.close();
  });

  test("numbers may be left out, and results say what is kept too", async () => {
    const session = open();
    session.send({ seq: 10 });
    await session.do(inspect("s/kept"), "inspected");
    expect(session.kept).toBe(11);
    await session.close();
  });

  test("the first seq is at least 1", async () => {
    const session = open(null);
    session.send({ seq: 0, open: OpenSession.create() });
    expect(failureIn(await session.status)).toMatchObject({ code: 3, reason: "INVALID_ARGUMENT" });
  });

  test.each([
    ["falls", 9],
    ["stays the same", 10],
  ])("a seq that %s ends the stream", async (_how, seq) => {
    const session = open();
    expect(session.send({ seq: 10 })).toBe(10);
    session.send({ seq });
    expect(failureIn(await session.status)).toMatchObject({ code: 3, reason: "INVALID_ARGUMENT" });
  });
});

describe("a session", () => {
  test("is shown as the owner of its locks, and counted while it is open", async () => {
    const { sessions } = await ann.stats();
    const owner = { host: "h1", label: "job 7", metadata: { team: "blue" } };
    const session = open({ owner });
    await session.take("s/owner");
    expect((await ann.inspect("s/owner")).holders).toMatchObject([{ owner }]);
    expect(await ann.stats()).toMatchObject({ sessions: sessions + 1n });
    await session.close();
    expect(await ann.stats()).toMatchObject({ sessions });
  });

  test("over limits.sessions is refused with TOO_MANY_SESSIONS, until another one ends", async () => {
    await using small = await startServer({ config: "limits:\n  sessions: 1\n" });
    const caller = new Caller(small.port);
    const first = new SessionCaller(caller.locks);
    await first.opened;
    const refused = failureIn(await new SessionCaller(caller.locks).status);
    expect(refused).toMatchObject({ code: 8, reason: "TOO_MANY_SESSIONS" });
    await first.close();
    await new SessionCaller(caller.locks).opened;
    caller.close();
  });

  test.each([
    ["our-host", "granted"],
    ["their-host", "error"],
    ["", "error"],
  ] as const)("of host %j gets from a pool with servers: %s", async (host, outcome) => {
    const session = open({ owner: { host, label: "", metadata: {} } });
    const { result } = session.askOne(acquire("ours/x"));
    expect((await result).$case).toBe(outcome);
    if (outcome === "error") expect((await result).value).toMatchObject({ code: 7, reason: "NOT_ALLOWED" });
    await session.close();
  });
});

describe("bytes that are no message", () => {
  test.each([
    ["a malformed message", Buffer.from([0xff, 0xff, 0xff]), 3, "INVALID_ARGUMENT"],
    ["a message over the limit", Buffer.alloc(1_048_577), 8, "MESSAGE_TOO_LARGE"],
  ] as const)(
    "%s ends the stream, first or later, and frees its locks",
    async (_what, bytes, code, reason) => {
      for (const before of [[], [opening("s/bytes")]]) {
        const status = await raw([...before, bytes]);
        expect(failureIn(status)).toMatchObject({ code, reason });
        await ann.inspectUntil("s/bytes", ({ holderCount }) => holderCount === 0);
      }
    },
  );
});

function failureIn(status: StatusObject): ReturnType<typeof failure> {
  return failure(status as StatusObject & ServiceError);
}

function opening(name: string): Buffer {
  const operations = [{ id: 1, kind: acquire(name) }];
  return Buffer.from(
    SessionRequest.encode({ seq: 1, open: OpenSession.create(), operations, close: false }).finish(),
  );
}

/** Sends bytes as they are; resolves with how the stream ended. */
function raw(messages: readonly Buffer[]): Promise<StatusObject> {
  const same = (buffer: Buffer): Buffer => buffer;
  const client = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest(LockServiceService.session.path, same, same);
  stream.on("error", () => undefined).resume();
  for (const message of messages) stream.write(message);
  return new Promise((resolve) => {
    stream.on("status", (status: StatusObject) => {
      client.close();
      resolve(status);
    });
  });
}
