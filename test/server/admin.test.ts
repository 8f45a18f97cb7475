import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LockEventType } from "../../gen/distributex/v1/admin_service.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failureOf, seconds } from "./caller.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({
    config: `
startdelay: 0
pools:
  - name: "*"
  - name: gpu
    maxlocks: 4
    expire: 0
    servers: acme1, acme2
`,
  });
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

const list = (prefix: string, pageSize: number, pageToken: string) =>
  ann.list({ prefix, pageSize, pageToken });

describe("AdminService", () => {
  test("ListLocks gives each lock once, page by page, and says that it is complete", async () => {
    const names = Array.from({ length: 25 }, (_, i) => `list/${i}`);
    await Promise.all(names.map((name) => ann.take(name)));
    const seen: string[] = [];
    for (let token = ""; ;) {
      const page = await list("list/", 10, token);
      expect(page.locks.length).toBeLessThanOrEqual(10);
      expect(page.complete).toBe(true);
      seen.push(...page.locks.map(({ name }) => name));
      token = page.nextPageToken;
      if (token === "") break;
    }
    expect(seen.sort()).toEqual(names.sort());
  });

  test("a page token that was not given out is refused", async () => {
    expect(await failureOf(list("", 10, "!"))).toMatchObject({ code: 3, field: "page_token" });
    const pools = ann.pools({ pageSize: 1, pageToken: "x" });
    expect(await failureOf(pools)).toMatchObject({ code: 3, field: "page_token" });
  });

  test("ListPools shows the policies, page by page", async () => {
    const page = (pageToken: string) => ann.pools({ pageSize: 1, pageToken });
    const first = await page("");
    const second = await page(first.nextPageToken);
    expect(first.pools[0]).toMatchObject({
      name: "*",
      capacity: 1,
      defaultTtl: seconds(1800),
      maxTtl: seconds(86400),
    });
    expect(second.pools[0]).toMatchObject({
      name: "gpu",
      capacity: 4,
      defaultTtl: seconds(0),
      maxTtl: undefined,
    });
    expect(second.pools[0]!.servers).toEqual(["acme1", "acme2"]);
    expect(second.nextPageToken).toBe("");
  });

  test("WatchLocks tells what happens from the moment of its first message", async () => {
    const watching = ann.watch("seen/");
    expect(await watching.next()).toMatchObject({ type: LockEventType.UNSPECIFIED });
    const { leaseId, fencingToken } = await ann.take("seen/a");
    await ann.take("unseen/a");
    const waiting = ann.wait({ name: "seen/a" });
    await waiting.next();
    waiting.cancel();
    await ann.inspectUntil("seen/a", ({ waiterCount }) => waiterCount === 0);
    await ann.release(leaseId);
    const events = [
      await watching.next(),
      await watching.next(),
      await watching.next(),
      await watching.next(),
    ];
    expect(events).toMatchObject([
      { type: LockEventType.GRANTED, name: "seen/a", fencingToken, queueLength: 0 },
      { type: LockEventType.QUEUED, name: "seen/a", fencingToken: 0n, queueLength: 1 },
      { type: LockEventType.LEFT, name: "seen/a", fencingToken: 0n, queueLength: 0 },
      { type: LockEventType.RELEASED, name: "seen/a", fencingToken, queueLength: 0 },
    ]);
    watching.cancel();
  });

  test("ForceRelease ends the lease that was meant, and no other", async () => {
    const watching = ann.watch("forced");
    await watching.next();
    const first = await ann.take("forced", { owner: { host: "stuck", label: "", metadata: {} } });
    const force = (fencingToken: bigint) =>
      ann.forceRelease({ name: "forced", fencingToken, reason: "it hangs" });
    expect(await failureOf(force(0n))).toMatchObject({ code: 3, field: "fencing_token" });
    expect(await failureOf(force(first.fencingToken + 1n))).toMatchObject({
      code: 9,
      reason: "STALE_FENCING_TOKEN",
    });
    expect(await force(first.fencingToken)).toMatchObject({ holder: { owner: { host: "stuck" } } });
    expect(await failureOf(force(first.fencingToken))).toMatchObject({
      code: 9,
      reason: "STALE_FENCING_TOKEN",
    });
    expect(await failureOf(ann.renew(first.leaseId))).toMatchObject({ reason: "LEASE_NOT_HELD" });
    await watching.next();
    expect(await watching.next()).toMatchObject({ type: LockEventType.BROKEN, reason: "it hangs" });
    watching.cancel();
  });

  test("GetServerInfo says what the engine guarantees, as fields", async () => {
    const info = await ann.info();
    expect(info).toMatchObject({
      engine: "memory",
      draining: false,
      guarantees: {
        exclusion: true,
        exclusionOverRestart: false,
        stateOverRestart: false,
        sharedByServers: false,
        enumerates: true,
        longestTtl: undefined,
      },
    });
    expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
  });

  test("GetStats counts what there is, and what there was", async () => {
    const before = await ann.stats();
    const { leaseId } = await ann.take("counted");
    await ann.acquire({ name: "counted" });
    const during = await ann.stats();
    expect(during).toMatchObject({
      locks: before.locks + 1n,
      granted: before.granted + 1n,
      contended: before.contended + 1n,
      exclusiveLeases: before.exclusiveLeases + 1n,
    });
    await ann.release(leaseId);
    expect(await ann.stats()).toMatchObject({ locks: before.locks, released: before.released + 1n });
  });
});
