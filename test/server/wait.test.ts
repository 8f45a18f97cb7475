import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AcquireOutcome, LossReason } from "../../gen/distributex/v1/lock.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, seconds } from "./caller.js";
import { event } from "./event-stream.js";

let server: ServerProcess;
let ann: Caller;
let bob: Caller;

beforeAll(async () => {
  server = await startServer({
    config: "pools:\n  - name: '*'\n  - name: delayed\n    lockdelay: 1h\n",
  });
  [ann, bob] = [new Caller(server.port), new Caller(server.port)];
});

afterAll(async () => {
  ann.close();
  bob.close();
  await server.stop();
});

describe("Wait", () => {
  test("it tells the place in the queue, then grants, then ends OK; the lease runs on its ttl", async () => {
    const { leaseId } = await ann.take("w/place");
    const waiting = bob.wait({ name: "w/place" });
    expect(await waiting.until(event("queued"))).toEqual({ position: 1, queueLength: 1 });
    await ann.release(leaseId);
    const { lease } = await waiting.until(event("granted"));
    expect(await waiting.status).toMatchObject({ code: 0 });
    expect(await bob.release(lease!.leaseId)).toBe(true);
  });

  test("a try that finds the lock taken ends with not_acquired and OK", async () => {
    await ann.take("w/try");
    const waiting = bob.wait({ name: "w/try", waitTimeout: seconds(0) });
    const refused = await waiting.until(event("notAcquired"));
    expect(refused).toMatchObject({ outcome: AcquireOutcome.CONTENDED, lock: { holderCount: 1 } });
    expect(await waiting.status).toMatchObject({ code: 0 });
  });

  test("a wait that runs out ends with not_acquired, TIMED_OUT and OK", async () => {
    await ann.take("w/out");
    const waiting = bob.wait({ name: "w/out", waitTimeout: seconds(0.05) });
    expect((await waiting.until(event("notAcquired"))).outcome).toBe(AcquireOutcome.TIMED_OUT);
  });

  test("with hold, the next waiter has the lock the moment the stream ends", async () => {
    const holding = ann.wait({ name: "w/hold", hold: true });
    const first = await holding.until(event("granted"));
    const waiting = bob.wait({ name: "w/hold", hold: true });
    await waiting.until(event("queued"));
    holding.cancel();
    const second = await waiting.until(event("granted"));
    expect(second.lease!.fencingToken).toBeGreaterThan(first.lease!.fencingToken);
    waiting.cancel();
  });

  test("with hold, nothing but the end of the stream counts: Renew answers and changes nothing", async () => {
    const holding = ann.wait({ name: "w/kept", hold: true, ttl: seconds(5) });
    const { lease } = await holding.until(event("granted"));
    expect((await ann.renew(lease!.leaseId, 60)).ttl).toEqual(seconds(5));
    holding.cancel();
  });

  test("with hold, a holder is told that its lease was broken, and the stream ends OK", async () => {
    const holding = ann.wait({ name: "w/broken", hold: true });
    const { lease } = await holding.until(event("granted"));
    const request = { name: "w/broken", fencingToken: lease!.fencingToken, reason: "test" };
    await bob.forceRelease(request);
    expect(await holding.until(event("lost"))).toEqual({ reason: LossReason.FORCE_RELEASED });
    expect(await holding.status).toMatchObject({ code: 0 });
  });

  test("with hold, a Release by the lease id elsewhere ends the stream with RELEASED", async () => {
    const holding = ann.wait({ name: "w/released", hold: true });
    const { lease } = await holding.until(event("granted"));
    expect(await bob.release(lease!.leaseId)).toBe(true);
    expect(await holding.until(event("lost"))).toEqual({ reason: LossReason.RELEASED });
  });

  test("C14: a hold that was cancelled starts the lock delay, a Release does not", async () => {
    const polite = ann.wait({ name: "delayed", hold: true });
    await ann.release((await polite.until(event("granted"))).lease!.leaseId);
    await polite.status;
    const rude = ann.wait({ name: "delayed", hold: true });
    await rude.until(event("granted"));
    rude.cancel();
    await ann.inspectUntil("delayed", ({ holderCount }) => holderCount === 0);
    const refused = await bob.wait({ name: "delayed", waitTimeout: seconds(0) }).until(event("notAcquired"));
    expect(refused.lock).toMatchObject({ lockDelayRemaining: expect.anything() as unknown });
  });

  test("C3: a hold that is cancelled in the very tick of its grant leaves the lock free", async () => {
    for (let round = 0; round < 100; round++) {
      const name = `w/race/${round}`;
      const { leaseId } = await ann.take(name);
      const racing = bob.wait({ name, hold: true });
      await racing.until(event("queued"));
      const released = ann.release(leaseId);
      racing.cancel();
      await released;
      const { lease } = await ann.wait({ name }).until(event("granted"));
      await ann.release(lease!.leaseId);
    }
  });

  test("heartbeats come in a third of the ttl, while it waits and while it holds", async () => {
    const holding = ann.wait({ name: "w/beat", hold: true, ttl: seconds(1) });
    const waiting = bob.wait({ name: "w/beat", hold: true, ttl: seconds(1) });
    await Promise.all([holding.until(event("heartbeat")), waiting.until(event("heartbeat"))]);
    holding.cancel();
    waiting.cancel();
  });

  test("places are told again as the queue moves", async () => {
    await ann.take("w/moves");
    const [first, second] = [bob.wait({ name: "w/moves" }), bob.wait({ name: "w/moves" })];
    await first.until(event("queued"));
    expect(await second.until(event("queued"))).toEqual({ position: 2, queueLength: 2 });
    first.cancel();
    expect(await second.until(event("queued"))).toEqual({ position: 1, queueLength: 1 });
    second.cancel();
  });

  test("a newer call with the same request id takes the place, and the older one is told", async () => {
    await ann.take("w/again");
    const request = { name: "w/again", requestId: "wait-request-id-1" };
    const older = ann.wait(request);
    await older.until(event("queued"));
    const newer = bob.wait(request);
    expect(await newer.until(event("queued"))).toEqual({ position: 1, queueLength: 1 });
    expect(await older.status).toMatchObject({ code: 1 });
    expect(await ann.inspect("w/again")).toMatchObject({ waiterCount: 1 });
    newer.cancel();
  });
});
