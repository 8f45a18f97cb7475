import { expect, test } from "vitest";
import type { LeaderView } from "../../src/core/view.js";
import type { SessionHandle } from "../../src/engine/engine.js";
import type { Asked } from "./asked.js";
import { pool } from "./harness.js";
import { refusal, type opener, type World } from "./world.js";

export function elections(open: ReturnType<typeof opener>): void {
  test("the leader is the first candidate, with its value and token", async () => {
    const world = await open();
    expect(await world.engine.leaderOf("e")).toBeUndefined();
    const leader = await stand(world, "one");
    await stand(world, "two");
    expect(await world.engine.leaderOf("e")).toMatchObject({ value: "one", token: leader.token });
  });

  test("C40: who observes is told the current leader first, and then every change, also that there is none", async () => {
    const world = await open();
    const leader = await stand(world, "one");
    const seen = observe(world);
    expect(seen).toEqual(["one"]);
    await world.release(leader);
    await stand(world, "two");
    expect(seen).toEqual(["one", undefined, "two"]);
  });

  test("C40: who observes where nobody leads is told so first", async () => {
    const world = await open();
    const seen = observe(world);
    await stand(world, "one");
    expect(seen).toEqual([undefined, "one"]);
  });

  test("C40: a leader whose session is lost is observed to be gone", async () => {
    const world = await open();
    const session = world.engine.openSession(30_000, 0);
    const leader = await stand(world, "one", session);
    const seen = observe(world);
    await world.streamLost(session, "gone");
    expect(seen).toEqual(["one", undefined]);
    expect(leader.losses).toEqual(["session-lost"]);
  });

  test("C43: all observers see the leaders in the order of their tokens, each once", async () => {
    const world = await open();
    const tokens: [bigint[], bigint[]] = [[], []];
    const note = (into: bigint[]) => (leader: LeaderView | undefined) => into.push(leader?.token ?? 0n);
    world.engine.observe("e", note(tokens[0]));
    const candidates = [];
    for (let i = 0; i < 10; i++) candidates.push(await stand(world, `c${i}`));
    world.engine.observe("e", note(tokens[1]));
    for (const candidate of candidates) await world.release(candidate);
    expect(tokens[0]).toEqual([0n, ...candidates.map(({ token }) => token), 0n]);
    expect(tokens[1]).toEqual(tokens[0].slice(1));
  });

  test("a change of value by Proclaim is told, the same value again is not", async () => {
    const world = await open();
    const leader = await stand(world, "one");
    const seen = observe(world);
    expect(await world.engine.proclaim(leader.lease.id, "uno")).toMatchObject({
      value: "uno",
      token: leader.token,
    });
    await world.engine.proclaim(leader.lease.id, "uno");
    expect(seen).toEqual(["one", "uno"]);
    expect(await world.engine.leaderOf("e")).toMatchObject({ value: "uno" });
  });

  test("C41: Proclaim and Resign by who leads no more are refused and change nothing", async () => {
    const world = await open();
    const old = await stand(world, "one");
    await world.engine.resign(old.lease.id);
    await stand(world, "two");
    expect(await refusal(() => world.engine.proclaim(old.lease.id, "uno"))).toBe("LEASE_NOT_HELD");
    expect(await refusal(() => world.engine.resign(old.lease.id))).toBe("LEASE_NOT_HELD");
    expect(await world.engine.leaderOf("e")).toMatchObject({ value: "two" });
  });

  test("a leader that resigns makes way for the next candidate", async () => {
    const world = await open();
    const leader = await stand(world, "one");
    const next = await stand(world, "two");
    await world.engine.resign(leader.lease.id);
    await world.harness.settle();
    expect(next.held).toBe(true);
  });

  test("who holds a lock SHARED, or one unit of several, leads nothing", async () => {
    const world = await open({ pools: [pool(), pool({ name: "many", capacity: 2 })] });
    const reader = await world.hold("e", { mode: "shared" });
    const one = await world.hold("many");
    expect(await refusal(() => world.engine.proclaim(reader.lease.id, "x"))).toBe("INVALID_ARGUMENT");
    expect(await refusal(() => world.engine.resign(one.lease.id))).toBe("INVALID_ARGUMENT");
    expect(await world.engine.leaderOf("e")).toBeUndefined();
  });

  test("an election on a lock of capacity over 1 is refused", async () => {
    const world = await open({ pools: [pool({ capacity: 2 })] });
    expect((await world.ask("e", { election: true })).error?.reason).toBe("INVALID_ARGUMENT");
    expect((await world.ask("e", { election: true, value: "x" })).error?.field).toBe("value");
    expect(await refusal(() => world.engine.leaderOf("e"))).toBe("INVALID_ARGUMENT");
  });

  test("the end of an observation is the end of what is told, and of what is kept", async () => {
    const world = await open();
    const seen: unknown[] = [];
    const stop = world.engine.observe("e", (leader) => seen.push(leader));
    expect(world.engine.stats().observers).toBe(1);
    stop();
    stop();
    await stand(world, "one");
    expect(seen).toEqual([undefined]);
    expect(world.engine.stats().observers).toBe(0);
  });

  test("an observer that throws does not keep the others from being told", async () => {
    const world = await open();
    let calls = 0;
    world.engine.observe("e", () => {
      if (calls++ > 0) throw new Error("on purpose");
    });
    const seen = observe(world);
    await stand(world, "one");
    expect(seen).toEqual([undefined, "one"]);
    expect(world.harness.faults).toHaveLength(1);
  });
}

function stand(world: World, value: string, session?: SessionHandle): Promise<Asked> {
  return world.ask("e", { election: true, value, session });
}

/** The values of the leaders seen, as they come. */
function observe(world: World): (string | undefined)[] {
  const seen: (string | undefined)[] = [];
  world.engine.observe("e", (leader) => seen.push(leader?.value));
  return seen;
}
