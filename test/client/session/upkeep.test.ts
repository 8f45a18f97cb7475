import { describe, expect, it } from "vitest";
import { toWire } from "../../../src/contract/duration.js";
import { World } from "./world.js";

// Rule 3: what is sent unasked, and when a stream is given up.
describe("an open session", () => {
  it("sends something every quarter of what is guaranteed", async () => {
    const world = new World();
    await world.hold("a");
    const before = world.stream.seq;
    for (let i = 1; i <= 4; i++) {
      await world.machine.pass(2_500);
      expect(world.stream.seq).toBe(before + i);
      world.stream.keep();
    }
    expect(world.stream.requests.map(({ seq }) => seq)).toEqual(world.stream.requests.map((_, i) => i + 1));
  });

  it("sends as often as the server wants where that is more", async () => {
    const world = new World();
    await world.ask("a");
    world.stream.opened({ pingInterval: toWire(500) });
    const before = world.stream.seq;
    for (let i = 1; i <= 4; i++) {
      await world.machine.pass(500);
      expect(world.stream.seq).toBe(before + i);
      world.stream.keep();
    }
  });

  it("sends no ping right after something else", async () => {
    const world = new World();
    await world.hold("a");
    await world.machine.pass(2_000);
    void world.ask("b");
    await world.machine.settle();
    world.stream.keep();
    const before = world.stream.seq;
    await world.machine.pass(2_499);
    expect(world.stream.seq).toBe(before);
    await world.machine.pass(1);
    expect(world.stream.seq).toBe(before + 1);
  });

  it("gives up a stream whose answer is overdue, and keeps its leases on the next one", async () => {
    const world = new World();
    const lease = await world.hold("a");
    await world.machine.pass(2_500);
    expect(lease.state).toBe("held");
    await world.machine.pass(2_499);
    expect(world.streams).toBe(1);
    await world.machine.pass(101);
    expect(world.streams).toBe(2);
    expect(world.switchboard.givenUp).toBe(1);
    expect(world.stream.open?.leaseIds).toEqual(["lease_a"]);
    expect(lease.state).toBe("unconfirmed");
    world.stream.opened({ leases: [{ ...lease, leaseId: "lease_a" }] as never });
    expect(lease.state).toBe("held");
  });

  it("gives up a stream that is never answered at all", async () => {
    const world = new World();
    await world.ask("a");
    await world.machine.pass(2_500 + 100);
    expect(world.streams).toBe(2);
    expect(world.stream.acquires()).toEqual(["a"]);
  });

  it("reads what has come before it gives a stream up: after a stall of its own everything seems late", async () => {
    const world = new World();
    const lease = await world.hold("a");
    await world.machine.pass(2_500);
    world.machine.stall(3_000);
    const { stream } = world;
    world.machine.unread = () => {
      stream.keep();
    };
    await world.machine.pass(1_000);
    expect(world.streams).toBe(1);
    expect(lease.state).toBe("held");
  });
});
