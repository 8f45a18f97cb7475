import { describe, expect, it } from "vitest";
import { AcquireOutcome, Mode } from "../../../gen/distributex/v1/lock.js";
import { Unavailable } from "../../../src/client/errors.js";
import { NotAcquired } from "../../../src/client/not-acquired.js";
import { World } from "./world.js";

const refused = (outcome: AcquireOutcome) => ({
  $case: "notAcquired" as const,
  value: { outcome, lock: undefined },
});
const failed = (reason: string, code: number) => ({
  $case: "error" as const,
  value: { code, reason, message: "no", metadata: { field: "name" } },
});

// Rule 6: what becomes of an operation.
describe("an acquire", () => {
  it("says what it wants, with a request id of its own", async () => {
    const world = new World();
    await world.ask("a", { mode: "shared", weight: 3, value: "v", waitMs: 1_500 });
    await world.ask("b", { waitMs: 0 });
    await world.ask("c");
    const [a, b, c] = world.stream.operations.map(({ kind }) => kind!.value as { requestId: string });
    expect(a).toMatchObject({ name: "a", mode: Mode.SHARED, weight: 3, value: "v" });
    expect(a).toMatchObject({ waitTimeout: { seconds: 1n, nanos: 500_000_000 } });
    expect(b).toMatchObject({ name: "b", mode: Mode.EXCLUSIVE, waitTimeout: undefined });
    expect(c).toMatchObject({ waitTimeout: { seconds: 315_576_000_000n, nanos: 0 } });
    for (const { requestId } of [a!, b!, c!]) expect(requestId).toMatch(/^[A-Za-z0-9_.-]{16,64}$/);
    expect(new Set([a!.requestId, b!.requestId, c!.requestId]).size).toBe(3);
  });

  it("and others of the same turn go out in one message, 250 at most", async () => {
    const world = new World();
    await world.hold("first");
    const before = world.stream.requests.length;
    for (let i = 0; i < 2_500; i++) void world.session.acquire({ ...wish, name: `n${i}` });
    await world.machine.settle();
    const sizes = world.stream.requests.slice(before).map(({ operations }) => operations.length);
    expect(sizes).toEqual([...Array<number>(10).fill(250)]);
  });

  it("with a large value doesn't make a message larger than half a megabyte, by estimate", async () => {
    const world = new World();
    await world.hold("first");
    const before = world.stream.requests.length;
    for (let i = 0; i < 200; i++)
      void world.session.acquire({ ...wish, name: `n${i}`, value: "x".repeat(4_096) });
    await world.machine.settle();
    expect(world.stream.requests.length - before).toBeGreaterThan(3);
  });

  it("rejects with NotAcquired when its wait is over, and a try is null when somebody has the lock", async () => {
    const world = new World();
    const waited = await world.ask("a", { waitMs: 100 });
    const tried = await world.ask("b", { waitMs: 0, orNull: true });
    world.stream.opened();
    const [a, b] = world.stream.operations;
    world.stream.result(a!.id, refused(AcquireOutcome.TIMED_OUT));
    world.stream.result(b!.id, refused(AcquireOutcome.CONTENDED));
    await world.machine.settle();
    expect(waited.outcome).toBeInstanceOf(NotAcquired);
    expect(waited.outcome).toMatchObject({ reason: "TIMED_OUT" });
    expect(tried.outcome).toBeNull();
  });

  it("rejects with the server's error", async () => {
    const world = new World();
    const asked = await world.ask("a");
    world.stream.opened();
    world.stream.result(world.stream.newest("acquire").id, failed("TOO_MANY_OPERATIONS", 8));
    await world.machine.settle();
    expect(asked.outcome).toMatchObject({ code: 8, reason: "TOO_MANY_OPERATIONS", field: "name" });
    expect(asked.outcome).toMatchObject({ outcomeUnknown: false });
  });

  it("that waits goes to the next server when this one shuts down; a try rejects", async () => {
    const world = new World();
    const waiting = await world.ask("a");
    const tried = await world.ask("b", { waitMs: 0 });
    world.stream.opened();
    const [a, b] = world.stream.operations;
    world.stream.say({
      results: [
        { id: a!.id, result: failed("SHUTTING_DOWN", 14) },
        { id: b!.id, result: failed("SHUTTING_DOWN", 14) },
      ],
    });
    await world.machine.pass(100);
    expect(tried.outcome).toBeInstanceOf(Unavailable);
    expect(waiting.outcome).toBeUndefined();
    expect(world.streams).toBe(2);
    expect(world.stream.acquires()).toEqual(["a"]);
  });

  it("is told its place in the queue", async () => {
    const world = new World();
    const places: number[][] = [];
    await world.ask("a", { onQueued: (...place) => places.push(place) });
    world.stream.opened();
    const { id } = world.stream.newest("acquire");
    world.stream.say({
      events: [{ event: { $case: "queued", value: { id, position: 2, queueLength: 5 } } }],
    });
    expect(places).toEqual([[2, 5]]);
  });

  it("skips the ids that are in use when they begin again", async () => {
    const { OperationTable } = await import("../../../src/client/session/operation-table.js");
    const { CancelOperation } = await import("../../../src/client/session/operation.js");
    const table = new OperationTable(2 ** 31 - 2);
    const ids = Array.from({ length: 3 }, () => {
      const operation = new CancelOperation(undefined as never);
      table.add(operation);
      return operation.id;
    });
    expect(ids).toEqual([2 ** 31 - 1, 1, 2]);
    const wrapped = new OperationTable(0);
    const first = new CancelOperation(undefined as never);
    wrapped.add(first);
    Object.assign(wrapped, { lastId: 2 ** 31 - 1 });
    const next = new CancelOperation(undefined as never);
    wrapped.add(next);
    expect(next.id).toBe(2);
  });
});

describe("an acquire that is aborted", () => {
  it("before it was sent leaves nothing and is not sent", async () => {
    const world = new World();
    await world.hold("first");
    const controller = new AbortController();
    const promise = world.session.acquire({ ...wish, name: "a", signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(promise).rejects.toThrow("enough");
    await world.machine.settle();
    expect(world.stream.acquires()).toEqual(["first"]);
  });

  it("before it was asked for rejects at once", async () => {
    const world = new World();
    const asked = await world.ask("a", { signal: AbortSignal.abort(new Error("enough")) });
    expect(asked.outcome).toMatchObject({ message: "enough" });
    expect(world.streams).toBe(0);
  });

  it("while it waits is cancelled at the server", async () => {
    const world = new World();
    const controller = new AbortController();
    const asked = await world.ask("a", { signal: controller.signal });
    world.stream.opened();
    controller.abort(new Error("enough"));
    await world.machine.settle();
    expect(asked.outcome).toMatchObject({ message: "enough" });
    const { id } = world.stream.newest("acquire");
    expect(world.stream.newest("cancel").kind).toMatchObject({ value: { operationId: id } });
    world.stream.result(id, { $case: "cancelled", value: {} });
    world.stream.result(world.stream.newest("cancel").id, { $case: "cancelled", value: {} });
    await world.machine.pass(1_000);
    expect(world.stream.requests.at(-1)).toMatchObject({ close: true });
  });

  it("and granted all the same is released at once", async () => {
    const world = new World();
    const controller = new AbortController();
    await world.ask("a", { signal: controller.signal });
    world.stream.opened();
    controller.abort(new Error("enough"));
    world.stream.grant(world.stream.newest("acquire").id, { leaseId: "late" });
    await world.machine.settle();
    expect(world.stream.newest("release").kind).toMatchObject({ value: { leaseId: "late" } });
  });

  it("without a stream rejects at once, and is settled on the next one: asked for again, and cancelled", async () => {
    const world = new World();
    const controller = new AbortController();
    const asked = await world.ask("a", { signal: controller.signal });
    await world.hold("b");
    world.stream.fail();
    controller.abort(new Error("enough"));
    await world.machine.pass(100);
    expect(asked.outcome).toMatchObject({ message: "enough" });
    const kinds = world.stream.operations.map(({ id, kind }) => [id, kind?.$case]);
    expect(kinds).toEqual([
      [1, "acquire"],
      [kinds[1]![0], "cancel"],
    ]);
    expect(world.stream.newest("cancel").kind).toMatchObject({ value: { operationId: 1 } });
  });

  it("without a stream for so long that the server has forgotten it is not asked for again", async () => {
    const world = new World();
    const controller = new AbortController();
    await world.ask("a", { signal: controller.signal });
    await world.ask("b");
    world.stream.opened();
    world.switchboard.reachable = false;
    world.stream.fail();
    controller.abort(new Error("enough"));
    await world.machine.pass(40_000);
    world.switchboard.reachable = true;
    await world.machine.pass(2_000);
    expect(world.stream.acquires()).toEqual(["b"]);
  });
});

describe("a grant that nobody waits for", () => {
  it("is released, though its operation is not known any more", async () => {
    const world = new World();
    await world.hold("a");
    world.stream.grant(999, { leaseId: "stray" });
    await world.machine.settle();
    expect(world.stream.newest("release").kind).toMatchObject({ value: { leaseId: "stray" } });
  });
});

describe("while no server can be reached", () => {
  async function cutOff(world: World) {
    const lease = await world.hold("held");
    return {
      lease,
      cut: () => {
        world.switchboard.reachable = false;
        world.stream.fail();
      },
    };
  }

  it("a try rejects with Unavailable after connectTimeout, its outcome unknown where it was sent", async () => {
    const world = new World({ connectTimeoutMs: 5_000 });
    const { cut } = await cutOff(world);
    const sent = await world.ask("a", { waitMs: 0 });
    cut();
    const unsent = await world.ask("b", { waitMs: 0 });
    await world.machine.pass(4_999);
    expect([sent.outcome, unsent.outcome]).toEqual([undefined, undefined]);
    await world.machine.pass(1);
    expect(sent.outcome).toBeInstanceOf(Unavailable);
    expect(sent.outcome).toMatchObject({ outcomeUnknown: true });
    expect(unsent.outcome).toMatchObject({ code: 14, outcomeUnknown: false });
  });

  it("a try that may have taken effect is settled on the next stream", async () => {
    const world = new World({ connectTimeoutMs: 5_000 });
    const { cut } = await cutOff(world);
    await world.ask("a", { waitMs: 0 });
    cut();
    await world.machine.pass(5_000);
    world.switchboard.reachable = true;
    await world.machine.pass(2_000);
    expect(world.stream.operations.map(({ kind }) => kind?.$case)).toEqual(["acquire", "cancel"]);
  });

  it("a wait rejects when it is over, and connectTimeout after that", async () => {
    const world = new World({ connectTimeoutMs: 5_000 });
    const { cut } = await cutOff(world);
    const asked = await world.ask("a", { waitMs: 20_000 });
    cut();
    await world.machine.pass(24_999);
    expect(asked.outcome).toBeUndefined();
    await world.machine.pass(1);
    expect(asked.outcome).toBeInstanceOf(Unavailable);
  });

  it("a wait without end goes on", async () => {
    const world = new World();
    const { cut } = await cutOff(world);
    const asked = await world.ask("a");
    cut();
    await world.machine.pass(3_600_000);
    expect(asked.outcome).toBeUndefined();
    world.switchboard.reachable = true;
    await world.machine.pass(2_000);
    expect(world.stream.acquires()).toEqual(["a"]);
  });

  it("a release counts at once, and rejects with Unavailable after connectTimeout", async () => {
    const world = new World({ connectTimeoutMs: 5_000 });
    const { lease, cut } = await cutOff(world);
    cut();
    let rejected: unknown;
    const release = lease.release();
    release.catch((error: unknown) => (rejected = error));
    expect(lease.release()).toBe(release);
    expect(lease.state).toBe("released");
    expect(lease.signal.aborted).toBe(false);
    await world.machine.pass(5_000);
    expect(rejected).toBeInstanceOf(Unavailable);
    await lease[Symbol.asyncDispose]();
  });
});

describe("a release", () => {
  it("says whether the lease was held, and is not asked twice", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const release = lease.release();
    void lease.release();
    await world.machine.settle();
    const releases = world.stream.operations.filter(({ kind }) => kind?.$case === "release");
    expect(releases).toHaveLength(1);
    world.stream.result(releases[0]!.id, { $case: "released", value: { wasHeld: true } });
    expect(await release).toBe(true);
    expect(() => {
      lease.assertHeld();
    }).toThrow(expect.objectContaining({ reason: "RELEASED" }) as Error);
  });

  it("that is not answered is asked again, and its lease is not named any more", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const release = lease.release();
    await world.machine.settle();
    world.stream.fail();
    await world.machine.pass(100);
    expect(world.stream.open?.leaseIds).toEqual([]);
    world.stream.opened();
    world.stream.result(world.stream.newest("release").id, { $case: "released", value: { wasHeld: false } });
    expect(await release).toBe(false);
  });
});

const wish = {
  mode: "exclusive" as const,
  weight: 1,
  waitMs: Infinity,
  value: "",
  signal: undefined,
  onQueued: undefined,
  orNull: false,
};
