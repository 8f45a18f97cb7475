import { status } from "@grpc/grpc-js";
import { describe, expect, it } from "vitest";
import { LossReason } from "../../../gen/distributex/v1/lock.js";
import { DistributexError } from "../../../src/client/errors.js";
import type { HeldLease } from "../../../src/client/held-lease.js";
import type { AcquireWish } from "../../../src/client/session/acquire-operation.js";
import { leaseMessage, World } from "./world.js";

const TRY: Omit<AcquireWish, "name"> = {
  mode: "exclusive",
  weight: 1,
  waitMs: 0,
  value: "",
  signal: undefined,
  onQueued: undefined,
  orNull: false,
};

function lost(leaseId: string, reason: LossReason) {
  return { events: [{ event: { $case: "lost" as const, value: { leaseId, reason } } }] };
}

// Rule 4: what the server says unasked.
describe("an event", () => {
  it.each([
    [LossReason.EXPIRED, "EXPIRED"],
    [LossReason.FORCE_RELEASED, "FORCE_RELEASED"],
    [LossReason.RELEASED, "RELEASED"],
    [LossReason.MAX_HOLD, "MAX_HOLD"],
    [LossReason.ENGINE_LOST, "ENGINE_LOST"],
    [LossReason.SHUTTING_DOWN, "SHUTTING_DOWN"],
    [99 as LossReason, "UNSPECIFIED"],
  ])("of loss %i ends that lease alone, with the reason %s", async (wire, reason) => {
    const world = new World();
    const lease = await world.hold("a");
    const other = await world.hold("b");
    world.stream.say(lost("lease_a", wire));
    expect(lease.state).toBe("lost");
    expect(lease.signal.reason).toMatchObject({ reason });
    expect(other.state).toBe("held");
    expect(await lease.release()).toBe(false);
    await world.machine.settle();
    expect(world.stream.operations.some(({ kind }) => kind?.$case === "release")).toBe(false);
  });

  it("of a session lost, while the stream lives, makes a new stream name the lease; that message proves nothing", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const provenAt = world.machine.now();
    await world.machine.pass(2_500);
    world.stream.say({ ...lost("lease_a", LossReason.SESSION_LOST), kept: world.stream.seq });
    await world.machine.settle();
    expect(lease.state).toBe("unconfirmed");
    expect(world.streams).toBe(2);
    expect(world.stream.open?.leaseIds).toEqual(["lease_a"]);
    world.machine.time = provenAt + 9_000;
    expect(lease.held).toBe(false);
  });

  it("of a session lost is a loss where the new stream doesn't find the lease", async () => {
    const world = new World();
    const lease = await world.hold("a");
    world.stream.say(lost("lease_a", LossReason.SESSION_LOST));
    await world.machine.settle();
    world.stream.opened();
    expect(lease.signal.reason).toMatchObject({ reason: "SESSION_LOST" });
  });

  it("of draining moves the session, its leases and what it waits for to the next server", async () => {
    const world = new World();
    await world.hold("a");
    await world.ask("b");
    world.stream.say({ events: [{ event: { $case: "draining", value: {} } }] });
    await world.machine.pass(100);
    expect(world.switchboard.givenUp).toBe(1);
    expect(world.stream.open?.leaseIds).toEqual(["lease_a"]);
    expect(world.stream.acquires()).toEqual(["b"]);
  });

  it("that it doesn't know is ignored", async () => {
    const world = new World();
    const lease = await world.hold("a");
    world.stream.say({ events: [{ event: undefined }] });
    expect(lease.state).toBe("held");
  });
});

// Rule 5: the next stream.
describe("a session whose stream is lost", () => {
  it("takes its leases along, and asks again for all that is not answered, in order and with the same ids", async () => {
    const world = new World();
    await world.hold("a");
    const released = await world.hold("b");
    await world.ask("c");
    await world.ask("d", { waitMs: 60_000 });
    void released.release();
    await world.machine.settle();
    const before = world.stream.operations.slice(-3);
    world.stream.fail();
    await world.machine.pass(100);
    expect(world.stream.open?.leaseIds).toEqual(["lease_a"]);
    expect(world.stream.operations.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
    const ids = (operations: typeof before) =>
      operations.map(({ kind }) => (kind?.$case === "acquire" ? kind.value.requestId : kind?.value));
    expect(ids(world.stream.operations)).toEqual(ids(before));
  });

  it("asks with what is left of a wait", async () => {
    const world = new World();
    await world.ask("a", { waitMs: 60_000 });
    world.stream.opened();
    world.stream.fail();
    await world.machine.pass(50);
    expect(world.stream.newest("acquire").kind).toMatchObject({
      value: { waitTimeout: { seconds: 59n, nanos: 950_000_000 } },
    });
  });

  it("counts as lost what the next server doesn't know", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const other = await world.hold("b");
    world.stream.fail();
    await world.machine.pass(100);
    world.stream.opened({ leases: [leaseMessage({ leaseId: "lease_b" })] });
    expect(lease.signal.reason).toMatchObject({ reason: "SESSION_LOST" });
    expect(other.state).toBe("held");
  });

  it("goes by the old proof until a message of the new stream is kept", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const provenAt = world.machine.now();
    await world.machine.pass(1_000);
    world.stream.fail();
    await world.machine.pass(50);
    const reopenedAt = world.machine.now();
    expect(world.streams).toBe(2);
    world.machine.time = provenAt + 8_999;
    expect(lease.held).toBe(true);
    world.stream.opened({ leases: [leaseMessage({ leaseId: "lease_a" })] });
    world.machine.time = reopenedAt + 8_999;
    expect(lease.held).toBe(true);
    world.machine.time = reopenedAt + 9_000;
    expect(lease.held).toBe(false);
  });

  it("names what is over in no further stream, and doesn't release it", async () => {
    const world = new World();
    const lease = await world.hold("a");
    await world.ask("b");
    world.switchboard.reachable = false;
    world.stream.fail();
    await world.machine.pass(9_000);
    expect(lease.state).toBe("lost");
    expect(await lease.release()).toBe(false);
    world.switchboard.reachable = true;
    await world.machine.pass(2_000);
    expect(world.stream.open?.leaseIds).toEqual([]);
    expect(world.stream.operations.map(({ kind }) => kind?.$case)).toEqual(["acquire"]);
    const next = await world.hold("c");
    expect(next.state).toBe("held");
  });

  it("leaves a stream that would keep what it has counted as lost", async () => {
    const world = new World();
    const lease = await world.hold("a");
    world.stream.fail();
    await world.machine.pass(50);
    const { stream } = world;
    world.machine.stall(9_000);
    expect(lease.held).toBe(false);
    expect(stream.cancelled).toBe(true);
  });

  async function cutOffWith(count: number) {
    const world = new World();
    const asked = Array.from({ length: count }, (_, i) => world.session.acquire({ ...TRY, name: `n${i}` }));
    await world.machine.settle();
    world.stream.opened();
    for (const { id } of world.stream.operations) world.stream.grant(id);
    const leases = (await Promise.all(asked)) as HeldLease[];
    const provenAt = world.machine.now();
    await world.machine.pass(1_000);
    world.stream.fail();
    await world.machine.pass(50);
    const living = leases.map(({ leaseId }) => leaseMessage({ leaseId }));
    return { world, leases, living, provenAt };
  }

  it("names ten thousand leases at once and the others behind, and loses those that are not found", async () => {
    const { world, leases, living, provenAt } = await cutOffWith(10_002);
    const { stream } = world;
    expect(stream.open?.leaseIds).toHaveLength(10_000);
    const resume = stream.newest("resume");
    const [first, second] = living.slice(10_000);
    expect(resume.kind).toMatchObject({ value: { leaseIds: [first!.leaseId, second!.leaseId] } });
    stream.opened({ leases: living.slice(0, 10_000) });
    stream.result(resume.id, { $case: "resumed", value: { leases: [first!] } });
    expect(leases.filter(({ state }) => state === "lost")).toEqual([leases[10_001]]);
    world.machine.time = provenAt + 9_001;
    expect(leases[10_000]!.held).toBe(true);
  });

  it("proves nothing before it is known which of the leases the stream has taken over", async () => {
    const { world, leases, living, provenAt } = await cutOffWith(10_001);
    world.stream.opened({ leases: living.slice(0, 10_000) });
    world.machine.time = provenAt + 8_999;
    world.stream.keep();
    expect(leases[10_000]!.held).toBe(true);
    world.machine.time = provenAt + 9_000;
    expect(leases[10_000]!.held).toBe(false);
  });

  it("tries again and again, each time later, up to two seconds", async () => {
    const world = new World();
    await world.ask("a");
    world.stream.opened();
    world.switchboard.reachable = false;
    world.stream.fail();
    const pauses: number[] = [];
    let since = world.machine.now();
    let attempts = world.switchboard.attempts;
    for (let ms = 0; ms < 15_000; ms++) {
      await world.machine.pass(1);
      if (world.switchboard.attempts === attempts) continue;
      attempts = world.switchboard.attempts;
      pauses.push(world.machine.now() - since);
      since = world.machine.now();
    }
    expect(pauses[0]).toBe(50);
    expect(pauses.every((pause, i) => i === 0 || pause >= pauses[i - 1]!)).toBe(true);
    expect(pauses.at(-1)).toBe(1_500);
  });

  it.each([
    ["INVALID_ARGUMENT", status.INVALID_ARGUMENT],
    ["PERMISSION_DENIED", status.PERMISSION_DENIED],
    ["UNAUTHENTICATED", status.UNAUTHENTICATED],
    ["UNIMPLEMENTED", status.UNIMPLEMENTED],
  ])("by %s fails all that was asked, and doesn't try again", async (reason, code) => {
    const world = new World();
    const lease = await world.hold("a");
    const waiting = await world.ask("b");
    world.stream.fail(new DistributexError({ code, reason, message: "no" }));
    await world.machine.pass(60_000);
    expect(waiting.outcome).toMatchObject({ code, reason });
    expect(lease.state).toBe("lost");
    expect(world.streams).toBe(1);
    await world.ask("c");
    expect(world.streams).toBe(2);
  });

  it("opens a new stream on the same line before its numbers run out", async () => {
    const world = new World({ lastSeq: 4 });
    const lease = await world.hold("a");
    await world.hold("b");
    expect(world.stream.seq).toBeGreaterThan(2);
    while (world.streams === 1) {
      await world.machine.pass(2_500);
      if (world.streams === 1) world.stream.keep();
    }
    expect(world.switchboard.givenUp).toBe(0);
    expect(world.stream.open?.leaseIds).toEqual(["lease_a", "lease_b"]);
    expect(lease.held).toBe(true);
  });
});

it("a server that says what can't be is left, and the program goes on", async () => {
  const world = new World();
  const lease = await world.hold("a");
  const asked = await world.ask("b");
  const remainingHold = { seconds: -1n, nanos: 0 };
  world.stream.grant(world.stream.newest("acquire").id, { remainingHold });
  await world.machine.pass(100);
  expect(world.streams).toBe(2);
  expect(world.stream.open?.leaseIds).toEqual(["lease_a"]);
  expect(world.stream.acquires()).toEqual(["b"]);
  expect(lease.held).toBe(true);
  expect(asked.outcome).toBeUndefined();
});
