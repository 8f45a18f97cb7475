import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LossReason } from "../../gen/distributex/v1/lock.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failureOf } from "./caller.js";
import { event } from "./event-stream.js";

let server: ServerProcess;
let ann: Caller;
let bob: Caller;

beforeAll(async () => {
  server = await startServer({ config: "pools:\n  - name: '*'\n  - name: many\n    maxlocks: 2\n" });
  [ann, bob] = [new Caller(server.port), new Caller(server.port)];
});

afterAll(async () => {
  ann.close();
  bob.close();
  await server.stop();
});

describe("Campaign, Observe, Proclaim, Resign", () => {
  test("the first candidate is elected, the second is told its place and who leads", async () => {
    const [first, second] = await electionOf("e/two");
    expect(first.elected.leader).toMatchObject({
      value: "ann:1",
      fencingToken: first.elected.lease!.fencingToken,
    });
    expect(await second.until(event("leaderChanged"))).toMatchObject({ leader: { value: "ann:1" } });
    first.campaign.cancel();
    const next = await second.until(event("elected"));
    expect(next.leader!.fencingToken).toBeGreaterThan(first.elected.leader!.fencingToken);
    second.cancel();
  });

  test("C40: observers get the current state first, then nobody, never a leader that is gone", async () => {
    const observing = ann.observe("e/seen");
    expect(await observing.next()).toEqual({ leader: undefined });
    const campaign = bob.campaign({ name: "e/seen", value: "bob:1" });
    await campaign.until(event("elected"));
    expect(await observing.next()).toMatchObject({ leader: { value: "bob:1" } });
    const late = ann.observe("e/seen");
    expect(await late.next()).toMatchObject({ leader: { value: "bob:1" } });
    campaign.cancel();
    expect(await observing.next()).toEqual({ leader: undefined });
    expect(await late.next()).toEqual({ leader: undefined });
    observing.cancel();
    late.cancel();
  });

  test("C41: Proclaim changes what observers see; once resigned, both are refused", async () => {
    const campaign = ann.campaign({ name: "e/said", value: "old" });
    const { leaseId } = (await campaign.until(event("elected"))).lease!;
    const observing = bob.observe("e/said");
    await observing.next();
    const proclaim = (value: string) => ann.proclaim(leaseId, value);
    await proclaim("new");
    expect(await observing.next()).toMatchObject({ leader: { value: "new" } });
    const resign = () => ann.resign(leaseId);
    await resign();
    expect(await campaign.until(event("lost"))).toEqual({ reason: LossReason.RELEASED });
    expect(await failureOf(resign())).toMatchObject({ code: 9, reason: "LEASE_NOT_HELD" });
    expect(await failureOf(proclaim("late"))).toMatchObject({ code: 9, reason: "LEASE_NOT_HELD" });
    observing.cancel();
  });

  test("C41: a candidate that does not lead leaves the queue by cancelling", async () => {
    const [first, second] = await electionOf("e/leaves");
    second.cancel();
    const lock = await ann.inspectUntil("e/leaves", ({ waiterCount }) => waiterCount === 0);
    expect(lock).toMatchObject({ holderCount: 1 });
    first.campaign.cancel();
  });

  test("C43: all observers see the leaders in the order of their tokens", async () => {
    const observers = [ann.observe("e/order"), bob.observe("e/order"), ann.observe("e/order")];
    await Promise.all(observers.map((observer) => observer.next()));
    for (let term = 0; term < 20; term++) {
      const campaign = (term % 2 === 0 ? ann : bob).campaign({ name: "e/order", value: `term-${term}` });
      await campaign.until(event("elected"));
      campaign.cancel();
      await campaign.status;
    }
    for (const observer of observers) {
      const tokens: bigint[] = [];
      let last = "";
      while (last !== "term-19") {
        const { leader } = await observer.next();
        if (leader === undefined) continue;
        tokens.push(leader.fencingToken);
        last = leader.value;
      }
      expect(tokens).toEqual([...tokens].sort((a, b) => (a < b ? -1 : 1)));
      observer.cancel();
    }
  });

  test("an election needs a lock of capacity 1", async () => {
    expect(await failureOf(ann.campaign({ name: "many" }).next())).toMatchObject({ code: 3, field: "name" });
    expect(await failureOf(ann.acquire({ name: "many", value: "x" }))).toMatchObject({
      code: 3,
      field: "value",
    });
    expect(await failureOf(ann.observe("many").next())).toMatchObject({ code: 3, field: "name" });
  });

  test("who acquires with a value leads as well", async () => {
    const { leaseId } = await ann.take("e/plain", { value: "here" });
    expect(await bob.observe("e/plain").next()).toMatchObject({ leader: { value: "here" } });
    await ann.release(leaseId);
  });
});

async function electionOf(name: string) {
  const campaign = ann.campaign({ name, value: "ann:1" });
  const elected = await campaign.until(event("elected"));
  const second = bob.campaign({ name, value: "bob:1" });
  expect(await second.until(event("queued"))).toEqual({ position: 1, queueLength: 1 });
  return [{ campaign, elected }, second] as const;
}
