import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AcquireOutcome, Mode } from "../../gen/distributex/v1/lock.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, seconds } from "./caller.js";
import { event } from "./event-stream.js";
import { SessionCaller, valueOf, type Asked } from "./session-caller.js";
import { acquire, cancel, inspect, queued, release, renew, wait } from "./session-operations.js";

let server: ServerProcess;
let ann: Caller;
let session: SessionCaller;

beforeAll(async () => {
  server = await startServer();
  ann = new Caller(server.port);
  session = new SessionCaller(ann.locks, { ttl: seconds(600) });
});

afterAll(async () => {
  expect(await session.close()).toMatchObject({ code: 0 });
  ann.close();
  await server.stop();
});

describe("acquire", () => {
  test("grants what is free with a rising token, for the ttl of the session", async () => {
    const first = await session.take("o/free");
    expect(first).toMatchObject({ ttl: seconds(600), holderCount: 1, remainingHold: undefined });
    await session.release(first.leaseId);
    expect((await session.take("o/free")).fencingToken).toBeGreaterThan(first.fencingToken);
  });

  test("a try that finds the lock taken is told by whom", async () => {
    await ann.take("o/taken", { owner: { host: "h9", label: "", metadata: {} } });
    const { outcome, lock } = await session.do(acquire("o/taken"), "notAcquired");
    expect(outcome).toBe(AcquireOutcome.CONTENDED);
    expect(lock).toMatchObject({ holderCount: 1, holders: [{ owner: { host: "h9" } }] });
  });

  test("a wait is told its place, then has the lock the moment it is free", async () => {
    const { leaseId } = await ann.take("o/wait");
    const { id, result } = session.askOne(wait("o/wait"));
    expect(await session.event(queued(id))).toMatchObject({ position: 1, queueLength: 1 });
    await ann.release(leaseId);
    expect(await ann.release(valueOf(await result, "granted").leaseId)).toBe(true);
  });

  test("a wait that runs out is told so, once", async () => {
    await ann.take("o/out");
    const waiting = acquire("o/out", { waitTimeout: seconds(0.05) });
    expect(await session.do(waiting, "notAcquired")).toMatchObject({ outcome: AcquireOutcome.TIMED_OUT });
    expect(await ann.inspect("o/out")).toMatchObject({ waiterCount: 0 });
  });

  test("mode is the lock's, and a value is published", async () => {
    const shared = acquire("o/shared", { mode: Mode.SHARED });
    const [first, second] = session.ask(shared, shared);
    expect([(await first!.result).$case, valueOf(await second!.result, "granted").holderCount]).toEqual([
      "granted",
      2,
    ]);
    await session.do(acquire("o/leader", { value: "10.0.0.7" }), "granted");
    const observing = ann.observe("o/leader");
    expect(await observing.next()).toMatchObject({ leader: { value: "10.0.0.7" } });
    observing.cancel();
  });
});

describe("release, renew, inspect", () => {
  test("release ends a lease of any session and of none, and says whether it was held", async () => {
    const other = new SessionCaller(ann.locks);
    const leases = [await session.take("o/own"), await other.take("o/other"), await ann.take("o/unary")];
    for (const { leaseId } of leases) {
      expect(await session.release(leaseId)).toBe(true);
      expect(await session.release(leaseId)).toBe(false);
    }
    await other.close();
  });

  test("C5: a release that is repeated after the next one took over does not touch the next one", async () => {
    const { leaseId } = await session.take("o/again");
    await session.release(leaseId);
    const next = await ann.take("o/again");
    expect(await session.release(leaseId)).toBe(false);
    expect(await ann.release(next.leaseId)).toBe(true);
  });

  test("renew of a session's lease answers and changes nothing; of a unary one it renews", async () => {
    const own = await session.take("o/renew/own");
    const answer = await session.do(renew(own.leaseId, 60), "renewed");
    expect(answer).toMatchObject({ name: "o/renew/own", ttl: seconds(600) });
    const unary = await ann.take("o/renew/unary", { ttl: seconds(10) });
    const renewed = await session.do(renew(unary.leaseId, 60), "renewed");
    expect(renewed).toMatchObject({ leaseId: unary.leaseId, ttl: seconds(60) });
  });

  test("C17: renew and release in one message: no error, and no resurrection", async () => {
    const [first, second] = [await session.take("o/c17/1"), await session.take("o/c17/2")];
    const before = session.ask(renew(first.leaseId), release(first.leaseId));
    const after = session.ask(release(second.leaseId), renew(second.leaseId));
    expect(await cases(before)).toEqual(["renewed", "released"]);
    expect(await cases(after)).toEqual(["released", "error"]);
    expect((await after[1]!.result).value).toMatchObject({ code: 9, reason: "LEASE_NOT_HELD" });
  });

  test("inspect shows the lock with its holders and waiters", async () => {
    await session.take("o/inspect");
    const waiting = ann.wait({ name: "o/inspect" });
    await waiting.until(event("queued"));
    const lock = await session.do(inspect("o/inspect"), "inspected");
    expect(lock).toMatchObject({ holderCount: 1, waiterCount: 1 });
    waiting.cancel();
  });
});

describe("several operations", () => {
  test("of one message are answered in one message, in their order", async () => {
    const asked = session.ask(acquire("o/1"), acquire("o/1"), release("unknown"), inspect("o/1"));
    expect(await cases(asked)).toEqual(["granted", "notAcquired", "released", "inspected"]);
    const answer = session.messages.find(({ results }) => results.some(({ id }) => id === asked[0]!.id));
    expect(answer!.results.map(({ id }) => id)).toEqual(asked.map(({ id }) => id));
  });

  test("on one lock run in order: a release lets the waiter in before a try that follows it", async () => {
    const { leaseId } = await session.take("o/order");
    const asked = session.ask(wait("o/order"), release(leaseId), acquire("o/order"), inspect("o/order"));
    expect(await cases(asked)).toEqual(["granted", "released", "notAcquired", "inspected"]);
  });

  test("a hundred waiters of one session are served in the order in which they asked", async () => {
    let { leaseId } = await session.take("o/hundred");
    const asked = session.ask(...Array.from({ length: 100 }, () => wait("o/hundred")));
    for (const { result } of asked) {
      await session.release(leaseId);
      ({ leaseId } = valueOf(await result, "granted"));
    }
    expect(await session.release(leaseId)).toBe(true);
  });
});

describe("cancel", () => {
  test("a waiting acquire and its cancel get one result each, and the queue forgets it", async () => {
    await ann.take("o/cancel");
    const waiting = session.askOne(wait("o/cancel"));
    await session.event(queued(waiting.id));
    expect(await cases([waiting, session.askOne(cancel(waiting.id))])).toEqual(["cancelled", "cancelled"]);
    expect(await ann.inspect("o/cancel")).toMatchObject({ waiterCount: 0 });
  });

  test("of what is unknown or answered changes nothing", async () => {
    const { leaseId } = await session.take("o/too-late");
    const answered = session.askOne(inspect("o/too-late"));
    await answered.result;
    expect(await cases(session.ask(cancel(answered.id), cancel(4_000_000_000)))).toEqual([
      "cancelled",
      "cancelled",
    ]);
    expect(await session.release(leaseId)).toBe(true);
  });

  test("C3: in the tick of the grant the order decides: cancelled first leaves nothing", async () => {
    const { leaseId } = await session.take("o/c3/first");
    const waiting = session.askOne(wait("o/c3/first"));
    const asked = [waiting, ...session.ask(cancel(waiting.id), release(leaseId))];
    expect(await cases(asked)).toEqual(["cancelled", "cancelled", "released"]);
    expect(await ann.inspect("o/c3/first")).toMatchObject({ holderCount: 0, waiterCount: 0 });
  });

  test("C3: granted first is told as granted, and the cancel changes nothing", async () => {
    const { leaseId } = await session.take("o/c3/second");
    const waiting = session.askOne(wait("o/c3/second"));
    const asked = [waiting, ...session.ask(release(leaseId), cancel(waiting.id))];
    expect(await cases(asked)).toEqual(["granted", "released", "cancelled"]);
    expect(await session.release(valueOf(await waiting.result, "granted").leaseId)).toBe(true);
  });

  test("C3: a cancel that races with somebody else's release ends in one of the two, never between", async () => {
    for (let round = 0; round < 200; round++) {
      const { leaseId } = await ann.take("o/c3/race");
      const waiting = session.askOne(wait("o/c3/race"));
      await session.event(queued(waiting.id));
      const released = ann.release(leaseId);
      await session.do(cancel(waiting.id), "cancelled");
      const [result] = await Promise.all([waiting.result, released]);
      if (result.$case === "granted") await session.release(result.value.leaseId);
      else expect(result.$case).toBe("cancelled");
      expect(await ann.inspect("o/c3/race")).toMatchObject({ holderCount: 0, waiterCount: 0 });
    }
  });
});

/** The cases of results, once all are there. */
async function cases(asked: readonly Asked[]): Promise<string[]> {
  return (await Promise.all(asked.map(({ result }) => result))).map(({ $case }) => $case);
}
