import { describe, expect, it } from "vitest";
import { World } from "./world.js";

// Rule 7: when a session ends.
describe("a session with nothing to do", () => {
  it("closes after a second, and opens again on need", async () => {
    const world = new World();
    const lease = await world.hold("a");
    void lease.release();
    await world.machine.settle();
    world.stream.result(world.stream.newest("release").id, { $case: "released", value: { wasHeld: true } });
    await world.machine.pass(999);
    expect(world.stream.halfClosed).toBe(false);
    await world.machine.pass(1);
    expect(world.stream.requests.at(-1)).toMatchObject({ close: true });
    expect(world.stream.halfClosed).toBe(true);
    world.stream.fail(undefined);
    await world.machine.pass(60_000);
    expect(world.machine.timersSet).toBe(0);
    expect(world.streams).toBe(1);
    const again = await world.hold("b");
    expect(world.streams).toBe(2);
    expect(again.held).toBe(true);
  });

  it("does not close while it holds or waits", async () => {
    const world = new World();
    await world.ask("a");
    world.stream.opened();
    world.stream.keep();
    for (let i = 0; i < 10; i++) {
      await world.machine.pass(2_500);
      world.stream.keep();
    }
    expect(world.streams).toBe(1);
    expect(world.stream.halfClosed).toBe(false);
  });

  it("breaks off a stream that the server doesn't end", async () => {
    const world = new World();
    await world.ask("a", { waitMs: 0, orNull: true });
    world.stream.opened();
    world.stream.result(1, { $case: "notAcquired", value: { outcome: 2, lock: undefined } });
    await world.machine.pass(1_000);
    expect(world.stream.halfClosed).toBe(true);
    await world.machine.pass(10_000);
    expect(world.stream.cancelled).toBe(true);
  });
});

describe("close", () => {
  it("rejects what waits, releases what is held, and resolves when the server has ended the stream", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const waiting = await world.ask("b");
    let done = false;
    const closing = world.session.close().then(() => (done = true));
    await world.machine.settle();
    expect(waiting.outcome).toMatchObject({ reason: "CLOSED", code: 1 });
    expect(lease.state).toBe("released");
    expect(lease.signal.aborted).toBe(false);
    expect(world.stream.requests.at(-1)).toMatchObject({ close: true });
    expect(done).toBe(false);
    world.stream.fail(undefined);
    await closing;
    expect(await lease.release()).toBe(false);
    const later = await world.ask("c");
    expect(later.outcome).toMatchObject({ reason: "CLOSED" });
    expect(world.machine.timersSet).toBe(0);
  });

  it("sends the releases that were asked for before it, and brings their results", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const release = lease.release();
    const closing = world.session.close();
    const { id } = world.stream.newest("release");
    world.stream.result(id, { $case: "released", value: { wasHeld: true } });
    world.stream.fail(undefined);
    expect(await release).toBe(true);
    await closing;
  });

  it("stays closed, whatever comes and however late", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const release = lease.release();
    const closing = world.session.close();
    world.machine.stall(60_000);
    world.stream.result(world.stream.newest("release").id, { $case: "released", value: { wasHeld: true } });
    world.stream.grant(999, { leaseId: "stray" });
    expect(await release).toBe(true);
    world.stream.fail();
    await closing;
    await world.machine.pass(60_000);
    expect(world.streams).toBe(1);
    expect((await world.ask("b")).outcome).toMatchObject({ reason: "CLOSED" });
  });

  it("waits no longer than connectTimeout", async () => {
    const world = new World({ connectTimeoutMs: 3_000 });
    await world.hold("a");
    let done = false;
    void world.session.close().then(() => (done = true));
    await world.machine.pass(2_999);
    expect(done).toBe(false);
    await world.machine.pass(1);
    expect(done).toBe(true);
    expect(world.stream.cancelled).toBe(true);
  });

  it("without a stream is done at once", async () => {
    const world = new World();
    await world.session.close();
    const cut = new World();
    await cut.hold("a");
    cut.switchboard.reachable = false;
    cut.stream.fail();
    await cut.machine.pass(100);
    await cut.session.close();
    expect(cut.machine.timersSet).toBe(0);
  });
});
