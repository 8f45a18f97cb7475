import { expect, test } from "vitest";
import { rid, type opener } from "./world.js";

const TTL = 30_000;
const GRACE = 10_000;

/** What a session asks for once more, by its request id. */
export function sessionRetry(open: ReturnType<typeof opener>): void {
  test("a newer session takes over lease and ticket by request id; the end of the older touches nothing", async () => {
    const world = await open();
    await world.hold("b", { ttlMs: 60_000 });
    const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, GRACE)];
    const lease = await world.hold("a", { session: older, requestId: rid("a") });
    const ticket = await world.queue("b", { session: older, requestId: rid("b") });
    await world.streamLost(older, "gone");
    const leaseAgain = await world.hold("a", { session: newer, requestId: rid("a") });
    const ticketAgain = await world.queue("b", { session: newer, requestId: rid("b") });
    await world.outlive(60_000);
    expect([lease.told, ticket.told]).toEqual([["granted", "lost: session-lost"], ["SUPERSEDED"]]);
    expect([leaseAgain.token, leaseAgain.held, ticketAgain.held]).toEqual([lease.token, true, true]);
  });

  test("a session that repeats its own request is told of the lease again, and of its loss once", async () => {
    const world = await open();
    const session = world.engine.openSession(TTL, 0);
    const first = await world.hold("a", { session, requestId: rid("1") });
    const again = await world.hold("a", { session, requestId: rid("1") });
    expect([first.told, again.lease.token]).toEqual([["granted"], first.token]);
    await world.streamLost(session, "gone");
    expect([first.losses, again.losses]).toEqual([[], ["session-lost"]]);
  });

  test("C61: tickets that a newer session takes over by request id keep their places, and theirs alone", async () => {
    const world = await open();
    const holder = await world.hold("a");
    const [older, newer] = [world.engine.openSession(TTL, GRACE), world.engine.openSession(TTL, GRACE)];
    const first = await world.queue("a", { session: older, requestId: rid("1") });
    const between = await world.queue("a");
    const third = await world.queue("a", { session: older, requestId: rid("3") });
    await world.queue("a", { session: older });
    await world.streamLost(older, "gone");
    const thirdAgain = await world.queue("a", { session: newer, requestId: rid("3") });
    const firstAgain = await world.queue("a", { session: newer, requestId: rid("1") });
    expect([firstAgain.places, thirdAgain.places]).toEqual([[[1, 4]], [[3, 4]]]);
    await world.outlive(GRACE);
    expect((await world.inspect("a")).waiterCount).toBe(3);
    await world.release(holder);
    await world.release(firstAgain);
    await world.release(between);
    expect([first.told, third.told]).toEqual([["SUPERSEDED"], ["SUPERSEDED"]]);
    expect(thirdAgain.told).toEqual(["granted"]);
  });

  test("C4: a session that has as much as it may is still given again what it has", async () => {
    const world = await open({ limits: { leases_per_session: 2 } });
    const session = world.engine.openSession(TTL, 0);
    const holder = await world.hold("a", { session, requestId: rid("a") });
    await world.hold("b");
    await world.queue("b", { session, requestId: rid("b") });
    expect((await world.ask("c", { session, requestId: rid("c") })).told).toEqual(["TOO_MANY_LOCKS"]);
    expect((await world.hold("a", { session, requestId: rid("a") })).token).toBe(holder.token);
    expect((await world.queue("b", { session, requestId: rid("b") })).places).toEqual([[1, 1]]);
    const other = world.engine.openSession(TTL, 0);
    await world.hold("d", { session: other, requestId: rid("d") });
    expect((await world.ask("d", { session, requestId: rid("d") })).told).toEqual(["TOO_MANY_LOCKS"]);
  });

  test("C35: what a session waits for counts as what it holds", async () => {
    const world = await open({ limits: { leases_per_session: 2 } });
    const session = world.engine.openSession(TTL, 0);
    for (const name of ["a", "b"]) await world.hold(name);
    const first = await world.queue("a", { session });
    await world.queue("b", { session });
    expect((await world.ask("c", { session })).told).toEqual(["TOO_MANY_LOCKS"]);
    await world.cancel(first);
    await world.hold("c", { session });
  });
}
