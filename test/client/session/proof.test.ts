import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LeaseLost } from "../../../src/client/lease-lost.js";
import { safetyMargin } from "../../../src/client/margin.js";
import { guaranteeOf, Proof } from "../../../src/client/session/proof.js";
import { SentMessages } from "../../../src/client/session/sent-messages.js";
import { toWire } from "../../../src/contract/duration.js";
import { SessionOpened } from "../../../gen/distributex/v1/session.js";
import { World } from "./world.js";

// Rules 1 and 2: until when a lease counts as held.
describe("a lease counts as held", () => {
  it("C11: from the sending of the newest message that is kept, not from the coming of the answer", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const sentAt = world.machine.now();
    world.stream.keep();
    world.machine.stall(8_999);
    expect(lease.held).toBe(true);
    world.machine.stall(1);
    expect(world.machine.now() - sentAt).toBe(9_000);
    expect(lease.held).toBe(false);
  });

  it("longer by each message that is kept, and by no answer that keeps nothing newer", async () => {
    const world = new World();
    const lease = await world.hold("a");
    await world.machine.pass(2_500);
    expect(world.stream.requests.at(-1)?.operations).toEqual([]);
    world.stream.say({ events: [] });
    world.stream.keep();
    world.machine.stall(8_999);
    expect(lease.held).toBe(true);
    world.machine.stall(1);
    expect(lease.held).toBe(false);
  });

  it("for the shorter of ttl and grace as the server says, or the ttl where there is no grace", async () => {
    const shorter = new World();
    await shorter.ask("a");
    shorter.stream.opened({ grace: toWire(4_000) });
    const lease = await shorter.hold("b");
    shorter.machine.stall(3_599);
    expect(lease.held).toBe(true);
    shorter.machine.stall(1);
    expect(lease.held).toBe(false);

    const none = new World({ graceMs: 0 });
    const alone = await none.hold("a");
    none.machine.stall(28_999);
    expect(alone.held).toBe(true);
    none.machine.stall(1);
    expect(alone.held).toBe(false);
  });

  it("never again once its time has passed, though a message then says otherwise", async () => {
    const world = new World();
    const lease = await world.hold("a");
    await world.machine.pass(2_500);
    const old = world.stream;
    world.machine.stall(6_500);
    old.keep();
    expect(lease.state).toBe("lost");
    expect(old.cancelled).toBe(true);
    expect(() => {
      lease.assertHeld();
    }).toThrow(expect.objectContaining({ reason: "SESSION_LOST" }) as Error);
  });

  it("only where the message that arrives late is not believed: a grant in it is asked for again", async () => {
    const world = new World();
    await world.hold("a");
    const second = await world.ask("b");
    const { id } = world.stream.newest("acquire");
    world.machine.stall(9_000);
    world.stream.grant(id);
    await world.machine.pass(100);
    expect(second.outcome).toBeUndefined();
    expect(world.stream.open?.leaseIds).toEqual([]);
    expect(world.stream.acquires()).toEqual(["b"]);
  });

  it("and its signal aborts by a timer when that time passes in silence", async () => {
    const world = new World();
    const lease = await world.hold("a");
    const { signal } = lease;
    world.switchboard.reachable = false;
    world.stream.fail();
    await world.machine.pass(8_999);
    expect(signal.aborted).toBe(false);
    expect(lease.state).toBe("unconfirmed");
    await world.machine.pass(1);
    expect(signal.reason).toBeInstanceOf(LeaseLost);
    expect(signal.reason).toMatchObject({ reason: "SESSION_LOST", lock: "a" });
  });

  it("at most for the rest of its pool's maxhold, from the sending of what the server had heard", async () => {
    const world = new World();
    const asked = await world.ask("a");
    world.stream.opened();
    world.machine.stall(300);
    world.stream.grant(world.stream.newest("acquire").id, { remainingHold: toWire(1_000) });
    await world.machine.settle();
    const { signal } = asked.lease;
    await world.machine.pass(599);
    expect(asked.lease.held).toBe(true);
    expect(signal.aborted).toBe(false);
    await world.machine.pass(1);
    expect(signal.reason).toMatchObject({ reason: "MAX_HOLD" });
    expect(asked.lease.state).toBe("lost");
    expect(world.stream.cancelled).toBe(false);
  });

  it("not at all where it was granted and no message was ever kept", async () => {
    const world = new World();
    const asked = await world.ask("a");
    world.stream.say({ opened: SessionOpened.create({ ttl: toWire(30_000), grace: toWire(10_000) }) });
    world.stream.grant(world.stream.newest("acquire").id, {}, 0);
    await world.machine.settle();
    expect(asked.lease.held).toBe(false);
  });
});

it("C11: whatever the delays, the client counts a lease as lost before the server can end it", () => {
  const delay = fc.integer({ min: 0, max: 20_000 });
  const message = fc.record({ gap: delay, way: delay, back: delay, answered: fc.boolean() });
  fc.assert(
    fc.property(
      fc.integer({ min: 1_000, max: 60_000 }),
      fc.integer({ min: 0, max: 60_000 }),
      fc.array(message, { minLength: 1, maxLength: 20 }),
      delay,
      (ttlMs, graceMs, messages, lostAfter) => {
        const sent = new SentMessages();
        const proof = new Proof({ ttlMs, graceMs });
        // The stream keeps their order, both ways.
        let sentAt = 0;
        let receivedAt = 0;
        let answeredAt = 0;
        const answers: { at: number; kept: number; newestReceipt: number }[] = [];
        const moments: { at: number; send: boolean; kept: number; newestReceipt: number }[] = [];
        for (const { gap, way, back, answered } of messages) {
          sentAt += gap;
          receivedAt = Math.max(receivedAt, sentAt + way);
          moments.push({ at: sentAt, send: true, kept: 0, newestReceipt: 0 });
          if (!answered) continue;
          answeredAt = Math.max(answeredAt, receivedAt + back);
          answers.push({
            at: answeredAt,
            kept: moments.filter(({ send }) => send).length,
            newestReceipt: receivedAt,
          });
        }
        for (const answer of answers) moments.push({ ...answer, send: false });
        moments.sort((a, b) => a.at - b.at || Number(b.send) - Number(a.send));
        for (const { at, send, kept, newestReceipt } of moments) {
          if (send) {
            sent.add(at);
            continue;
          }
          sent.keep(kept);
          proof.keep(sent.keptAt!);
          // The stream is lost at some time after the receipt of what was kept.
          const lost = graceMs === 0 ? Infinity : newestReceipt + lostAfter + graceMs;
          const serverEnd = Math.min(newestReceipt + ttlMs, lost);
          expect(proof.heldUntil).toBeLessThanOrEqual(serverEnd);
          const guarantee = guaranteeOf({ ttlMs, graceMs });
          expect(proof.heldUntil).toBe(sent.keptAt! + guarantee - safetyMargin(guarantee));
        }
      },
    ),
  );
});
