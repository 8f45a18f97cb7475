import { afterAll, beforeAll, expect, test } from "vitest";
import { AcquireRequest } from "../../gen/distributex/v1/lock_service.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failureOf, seconds, unary } from "./caller.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({
    config: `
pools:
  - name: jobs/*
    maxexpire: 1h
    maxwaiters: 1
  - name: jobs/guarded
    servers: acme1, acme2
  - name: jobs/short
    expire: 2
    maxhold: 3
`,
  });
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

const owner = (fields: object) => ({ host: "", label: "", metadata: {}, ...fields });
const long = "x".repeat(5_000);
const pairs = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, ""]));

const REFUSED: [string, Partial<AcquireRequest>, number, string, string | undefined][] = [
  ["an empty name", { name: "" }, 3, "INVALID_NAME", "name"],
  ["a name over 512 bytes", { name: "é".repeat(257) }, 3, "INVALID_NAME", "name"],
  ["a control character in a name", { name: "jobs/\n" }, 3, "INVALID_NAME", "name"],
  ["a name that is not NFC", { name: "jobs/e\u0301" }, 3, "INVALID_NAME", "name"],
  ["a name that was not UTF-8", { name: "jobs/\uFFFD" }, 3, "INVALID_NAME", "name"],
  ["a lock that no pool covers", { name: "other" }, 5, "UNKNOWN_POOL", "name"],
  ["an unknown mode", { mode: 7 as never }, 3, "INVALID_ARGUMENT", "mode"],
  ["weight over the capacity", { weight: 2 }, 3, "INVALID_WEIGHT", "weight"],
  ["weight 2 when shared", { weight: 2, mode: 2 }, 3, "INVALID_WEIGHT", "weight"],
  ["a ttl under a second", { ttl: seconds(0.5) }, 3, "INVALID_TTL", "ttl"],
  ["a ttl over the ceiling", { ttl: seconds(3601) }, 3, "INVALID_TTL", "ttl"],
  ["a ttl that never ends where there is a ceiling", { ttl: seconds(0) }, 3, "INVALID_TTL", "ttl"],
  ["a negative ttl", { ttl: { seconds: -1n, nanos: 0 } }, 3, "INVALID_TTL", "ttl"],
  ["a ttl with odd nanos", { ttl: { seconds: 5n, nanos: 2 ** 31 - 1 } }, 3, "INVALID_TTL", "ttl"],
  ["a negative wait", { waitTimeout: { seconds: 0n, nanos: -1 } }, 3, "INVALID_ARGUMENT", "wait_timeout"],
  [
    "an absurd wait",
    { waitTimeout: { seconds: 2n ** 62n, nanos: 0 } },
    3,
    "INVALID_ARGUMENT",
    "wait_timeout",
  ],
  ["a short request id", { requestId: "short" }, 3, "INVALID_ARGUMENT", "request_id"],
  ["an odd request id", { requestId: "sixteen chars ok" }, 3, "INVALID_ARGUMENT", "request_id"],
  ["a value over 4096 bytes", { value: long }, 3, "INVALID_ARGUMENT", "value"],
  ["a host over 255 bytes", { owner: owner({ host: long }) }, 3, "INVALID_ARGUMENT", "owner.host"],
  ["a label that was not UTF-8", { owner: owner({ label: "\uFFFD" }) }, 3, "INVALID_ARGUMENT", "owner.label"],
  ["17 pairs of metadata", { owner: owner({ metadata: pairs }) }, 3, "INVALID_ARGUMENT", "owner.metadata"],
  [
    "5,000 bytes of metadata",
    { owner: owner({ metadata: { k: long } }) },
    3,
    "INVALID_ARGUMENT",
    "owner.metadata",
  ],
  [
    "a host that the pool does not name",
    { name: "jobs/guarded", owner: owner({ host: "evil" }) },
    7,
    "NOT_ALLOWED",
    "owner.host",
  ],
  ["no host where the pool has servers", { name: "jobs/guarded" }, 7, "NOT_ALLOWED", "owner.host"],
  ["a message over a mebibyte", { value: "x".repeat(1_100_000) }, 8, "MESSAGE_TOO_LARGE", undefined],
];

test.each(REFUSED)(
  "%s is refused, with the reason and the field",
  async (_what, fault, code, reason, field) => {
    const before = await ann.stats();
    expect(await failureOf(ann.acquire({ name: "jobs/x", ...fault }))).toEqual({ code, reason, field });
    expect(await ann.stats()).toMatchObject({ granted: before.granted, locks: before.locks, waiters: 0n });
  },
);

test("a host that the pool names is served", async () => {
  const lease = await ann.take("jobs/guarded", { owner: owner({ host: "acme2" }) });
  expect(await ann.release(lease.leaseId)).toBe(true);
});

test("C35: a queue takes as many waiters as its pool allows, then QUEUE_FULL", async () => {
  const { leaseId } = await ann.take("jobs/full");
  const first = ann.wait({ name: "jobs/full" });
  await first.next();
  const second = ann.acquire({ name: "jobs/full", waitTimeout: seconds(60) });
  expect(await failureOf(second)).toMatchObject({ code: 8, reason: "QUEUE_FULL" });
  first.cancel();
  await ann.release(leaseId);
});

test("C16: a lease is renewed up to maxhold and no further", async () => {
  const { leaseId } = await ann.take("jobs/short");
  const renewed = await ann.renew(leaseId);
  expect(Number(renewed.remaining!.seconds)).toBeLessThanOrEqual(2);
  await ann.renew(leaseId, 60);
  expect(await failureOf(ann.renew(leaseId))).toMatchObject({ code: 9, reason: "MAX_HOLD" });
  await ann.release(leaseId);
});

test("what never was a lease id is refused, what might be one is only not held", async () => {
  for (const leaseId of ["", "9lives", "a-b", "x".repeat(129), "é"]) {
    expect(await failureOf(ann.release(leaseId))).toMatchObject({ code: 3, field: "lease_id" });
  }
  for (const leaseId of [
    "a",
    "l",
    "l_",
    "lzzzzzzzzzzzzzzzzzzzzzzzz_00",
    "l0_00000000000000000000000000000000",
  ]) {
    expect(await ann.release(leaseId)).toBe(false);
    expect(await failureOf(ann.renew(leaseId))).toMatchObject({ code: 9, reason: "LEASE_NOT_HELD" });
  }
});

test("Inspect wants exactly one of name and lease_id", async () => {
  const inspect = (name: string, leaseId: string) =>
    unary((it: { name: string; leaseId: string }, done) => ann.locks.inspect(it, done), { name, leaseId });
  expect(await failureOf(inspect("jobs/x", "l0_0"))).toMatchObject({ code: 3, field: "lease_id" });
  expect(await failureOf(inspect("", ""))).toMatchObject({ code: 3, reason: "INVALID_NAME" });
  const { leaseId } = await ann.take("jobs/seen");
  expect(await inspect("", leaseId)).toMatchObject({ lock: { name: "jobs/seen" } });
});
