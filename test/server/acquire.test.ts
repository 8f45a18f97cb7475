import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AcquireOutcome, Mode } from "../../gen/distributex/v1/lock.js";
import { AcquireRequest } from "../../gen/distributex/v1/lock_service.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failureOf, seconds } from "./caller.js";

let server: ServerProcess;
let ann: Caller;
let bob: Caller;

beforeAll(async () => {
  server = await startServer();
  [ann, bob] = [new Caller(server.port), new Caller(server.port)];
});

afterAll(async () => {
  ann.close();
  bob.close();
  await server.stop();
});

const FOREVER = seconds(3600);

describe("Acquire, Release, Renew, Inspect", () => {
  test("a free lock is granted with a lease, a token and what is left of it", async () => {
    const lease = await ann.take("first", {
      ttl: seconds(30),
      owner: { host: "h", label: "l", metadata: {} },
    });
    expect(lease).toMatchObject({ name: "first", mode: Mode.EXCLUSIVE, weight: 1, holderCount: 1 });
    expect(lease.leaseId).toMatch(/^[A-Za-z][A-Za-z0-9_]{31,127}$/);
    expect(lease.fencingToken).toBeGreaterThan(0n);
    expect(Number(lease.remaining!.seconds)).toBeGreaterThanOrEqual(29);
    const lock = await bob.inspect("first");
    expect(lock.holders[0]).toMatchObject({
      owner: { host: "h", label: "l" },
      fencingToken: lease.fencingToken,
    });
    expect(
      JSON.stringify(lock, (_, it: unknown) => (typeof it === "bigint" ? String(it) : it)),
    ).not.toContain(lease.leaseId);
  });

  test("a try that finds the lock taken is an outcome, with who holds it, and no error", async () => {
    const { fencingToken } = await ann.take("taken");
    const response = await bob.acquire({ name: "taken" });
    expect(response).toMatchObject({ outcome: AcquireOutcome.CONTENDED, lease: undefined });
    expect(response.lock).toMatchObject({ holderCount: 1, holders: [{ fencingToken }] });
  });

  test("a wait that is not served in time ends with TIMED_OUT and leaves nothing", async () => {
    await ann.take("slow");
    const response = await bob.acquire({ name: "slow", waitTimeout: seconds(0.05) });
    expect(response.outcome).toBe(AcquireOutcome.TIMED_OUT);
    expect(await ann.inspect("slow")).toMatchObject({ waiterCount: 0 });
  });

  test("C4: a repeated request id is answered with the same lease and token, also while it waits", async () => {
    const requestId = "the-same-request-1";
    const first = await ann.take("again", { requestId });
    expect(await bob.take("again", { requestId })).toMatchObject({
      leaseId: first.leaseId,
      fencingToken: first.fencingToken,
    });
    expect(await failureOf(ann.acquire({ name: "again", requestId, mode: Mode.SHARED }))).toEqual({
      code: 3,
      reason: "REQUEST_ID_REUSED",
      field: "request_id",
    });
    const waits = { name: "again", requestId: "another-request-1", waitTimeout: FOREVER };
    const lost = bob.acquire(waits).catch((error: unknown) => error);
    await waiters("again", 1);
    const kept = ann.acquire(waits);
    expect(await lost).toMatchObject({ code: 1 });
    expect(await ann.inspect("again")).toMatchObject({ waiterCount: 1 });
    await ann.release(first.leaseId);
    expect((await kept).outcome).toBe(AcquireOutcome.ACQUIRED);
  });

  test("C5: a Release that is repeated after another took over releases nobody", async () => {
    const { leaseId } = await ann.take("handed-on");
    expect(await ann.release(leaseId)).toBe(true);
    await bob.take("handed-on");
    expect(await ann.release(leaseId)).toBe(false);
    expect(await ann.inspect("handed-on")).toMatchObject({ holderCount: 1 });
  });

  test("C6: only the lease id renews, and what has ended is never revived", async () => {
    const { leaseId } = await ann.take("renewed", { ttl: seconds(30) });
    expect((await ann.renew(leaseId, 60)).ttl).toEqual(seconds(60));
    const forged = leaseId.slice(0, -1) + (leaseId.endsWith("0") ? "1" : "0");
    expect(await failureOf(ann.renew(forged))).toMatchObject({ code: 9, reason: "LEASE_NOT_HELD" });
    expect(await ann.release(forged)).toBe(false);
    await ann.release(leaseId);
    expect(await failureOf(ann.renew(leaseId))).toMatchObject({ code: 9, reason: "LEASE_NOT_HELD" });
    expect(await ann.inspect("renewed")).toMatchObject({ holderCount: 0 });
  });

  test("C22: a token is a bigint in the client and a string in JSON", async () => {
    const { fencingToken } = await ann.take("token");
    expect(typeof fencingToken).toBe("bigint");
  });

  test("C30: waiters of many connections are served in order of arrival", async () => {
    let { leaseId } = await ann.take("queue");
    const order: number[] = [];
    const waiting = Array.from({ length: 20 }, async (_, i) => {
      const caller = i % 2 === 0 ? ann : bob;
      await waiters("queue", i);
      const { lease } = await caller.acquire({ name: "queue", waitTimeout: FOREVER });
      order.push(i);
      return lease!.leaseId;
    });
    for (let i = 0; i < 20; i++) {
      if (i === 0) await waiters("queue", 20);
      await ann.release(leaseId);
      leaseId = await waiting[i]!;
    }
    expect(order).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  test("C2: a waiter that is cancelled leaves the queue, and those behind it move up", async () => {
    const { leaseId } = await ann.take("cancelled");
    const request = AcquireRequest.create({ name: "cancelled", waitTimeout: FOREVER });
    const call = bob.locks.acquire(request, () => undefined);
    await waiters("cancelled", 1);
    const next = ann.acquire({ name: "cancelled", waitTimeout: FOREVER });
    await waiters("cancelled", 2);
    call.cancel();
    await waiters("cancelled", 1);
    await ann.release(leaseId);
    expect((await next).outcome).toBe(AcquireOutcome.ACQUIRED);
  });

  test("C3: a cancel in the very tick of the grant leaves no lease that its request id does not find", async () => {
    for (let round = 0; round < 100; round++) {
      const name = `race/${round}`;
      const { leaseId } = await ann.take(name);
      const requestId = `race-request-${String(round).padStart(4, "0")}`;
      const request = AcquireRequest.create({ name, waitTimeout: FOREVER, requestId });
      const answered = new Promise<void>((resolve) => {
        const call = bob.locks.acquire(request, () => {
          resolve();
        });
        void waiters(name, 1).then(() => {
          const released = ann.release(leaseId);
          call.cancel();
          return released;
        });
      });
      await answered;
      const found = await bob.take(name, { requestId });
      await bob.release(found.leaseId);
      expect(await ann.inspect(name)).toMatchObject({ holderCount: 0, waiterCount: 0 });
    }
  });

  test("a call's own deadline ends its wait and leaves nothing", async () => {
    await ann.take("deadline");
    const request = AcquireRequest.create({ name: "deadline", waitTimeout: FOREVER });
    const error = await new Promise((resolve) => {
      bob.locks.acquire(request, { deadline: Date.now() + 100 } as never, resolve);
    });
    expect(error).toMatchObject({ code: 4 });
    await waiters("deadline", 0);
  });
});

/** Resolves when so many wait for the lock. */
async function waiters(name: string, count: number): Promise<void> {
  await ann.inspectUntil(name, (lock) => lock.waiterCount === count);
}
