import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failure, seconds } from "./caller.js";
import { event } from "./event-stream.js";
import { SessionCaller, valueOf } from "./session-caller.js";
import { inspect, queued, release, wait } from "./session-operations.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({ config: "limits:\n  buffered_bytes: 1048576\n" });
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

describe("C64: a client that does not read", () => {
  test("is ended with SLOW_READER when its buffer is full; others are served meanwhile, and then in its place", async () => {
    const owner = { host: "h".repeat(250), label: "l".repeat(250), metadata: {} };
    const large = new SessionCaller(ann.locks, { ttl: seconds(3600), owner });
    await large.take("b/large");
    large.ask(...Array.from({ length: 100 }, () => wait("b/large")));

    const slow = new SessionCaller(new Caller(server.port).locks, { ttl: seconds(3600) });
    const { leaseId } = await ann.take("b/queue");
    await slow.take("b/slow");
    await slow.event(queued(slow.askOne(wait("b/queue")).id));
    const behind = new SessionCaller(ann.locks, { ttl: seconds(3600) });
    const [held, waited] = behind.ask(wait("b/slow"), wait("b/queue"));
    slow.pause();

    let over = false;
    void held!.result.then(() => (over = true));
    while (!over) {
      slow.ask(...Array.from({ length: 10 }, () => inspect("b/large")));
      const { leaseId: other } = await behind.take("b/other");
      expect(await behind.release(other)).toBe(true);
    }
    await ann.release(leaseId);
    valueOf(await waited!.result, "granted");
    slow.resume();
    expect(failure((await slow.status) as never)).toMatchObject({ code: 8, reason: "SLOW_READER" });
  });

  test("has its release and its grant served all the same while its buffer has room", async () => {
    const slow = new SessionCaller(new Caller(server.port).locks, { ttl: seconds(3600) });
    const { leaseId } = await ann.take("b/room");
    const held = await slow.take("b/room/held");
    const { id, result } = slow.askOne(wait("b/room"));
    await slow.event(queued(id));
    slow.pause();
    const answer = slow.release(held.leaseId);
    await ann.wait({ name: "b/room/held" }).until(event("granted"));
    await ann.release(leaseId);
    await ann.inspectUntil(
      "b/room",
      ({ waiterCount, holderCount }) => waiterCount === 0 && holderCount === 1,
    );
    slow.resume();
    expect([await answer, (await result).$case]).toEqual([true, "granted"]);
    await slow.close();
  });
});

describe("a client that reads", () => {
  test("is no slow reader, however much one message asks for: what is too much is refused, releases are not", async () => {
    const owner = { host: "h".repeat(250), label: "l".repeat(250), metadata: {} };
    const session = new SessionCaller(ann.locks, { owner });
    const lease = await session.take("b/much");
    session.ask(...Array.from({ length: 100 }, () => wait("b/much")));
    const asked = session.ask(
      ...Array.from({ length: 200 }, () => inspect("b/much")),
      release(lease.leaseId),
    );
    const results = await Promise.all(asked.map(({ result }) => result));
    expect(valueOf(results.pop()!, "released").wasHeld).toBe(true);
    const refused = results.filter((result) => result.$case === "error");
    expect(valueOf(results[0]!, "inspected").waiterCount).toBe(100);
    expect(refused.length).toBeGreaterThan(0);
    for (const result of refused) expect(valueOf(result, "error").reason).toBe("TOO_MANY_OPERATIONS");
    expect(valueOf(await session.ask(inspect("b/much"))[0]!.result, "inspected").waiterCount).toBe(99);
    await session.close();
  });
});
