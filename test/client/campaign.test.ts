import { status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect, LeaseLost, type HeldLease, type LockClient } from "../../src/client/index.js";
import { readSettings } from "../../src/client/options.js";
import { Machine } from "../../src/client/session/surroundings.js";
import { Term } from "../../src/client/term.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Operator } from "./operator.js";
import { ScriptedServer } from "./scripted-server.js";

let server: ServerProcess;
let address: string;
let locks: LockClient;
let operator: Operator;
beforeAll(async () => {
  server = await startServer({
    config: `pools:
  - {name: '*', maxlocks: 1}
  - {name: 'gpu*', maxlocks: 3}
  - {name: 'full*', maxlocks: 1, maxwaiters: 0}
  - {name: 'closed*', maxlocks: 1, servers: [nobody.example]}
`,
  });
  address = `127.0.0.1:${server.port}`;
  locks = await connect(address, { owner: { label: "worker 7", host: "h" } });
  operator = await Operator.of(server.port);
});
afterAll(async () => {
  operator[Symbol.dispose]();
  await locks.close();
  await server.stop();
});

/** The term of the next turn. */
async function next(campaign: AsyncGenerator<Term, void>): Promise<Term> {
  const { value, done } = await campaign.next();
  if (done === true) throw new Error("the campaign is over");
  return value;
}

/** Stands for election behind somebody, and resolves when the server has queued it. */
async function queued(name: string, signal?: AbortSignal) {
  let place: (() => void) | undefined;
  const waiting = new Promise<void>((resolve) => (place = resolve));
  const campaign = locks.campaign(name, { value: "second", signal, onQueued: () => place?.() });
  const term = next(campaign);
  term.catch(() => undefined);
  await waiting;
  return { campaign, term };
}

async function leader(name: string) {
  for await (const state of locks.observe(name)) return state;
  return undefined;
}

/** A server takes its time where others run beside it. */
function poll<T>(look: () => T) {
  return expect.poll(look, { timeout: 30_000 });
}

describe("a campaign", () => {
  it("leads while the body of the loop runs, and publishes its value", async () => {
    for await (const term of locks.campaign("lead", { value: "10.0.0.7:80" })) {
      expect(term).toMatchObject({ name: "lead", value: "10.0.0.7:80", state: "held", mode: "exclusive" });
      expect(term).toMatchObject({ held: true, weight: 1, holderCount: 1 });
      const { fencingToken } = term;
      expect(await leader("lead")).toMatchObject({ value: "10.0.0.7:80", fencingToken });
      break;
    }
    expect(await leader("lead")).toBeUndefined();
  });

  it("publishes the owner's label where no value was given, and the host where that is empty", async () => {
    for await (const { value } of locks.campaign("label")) {
      expect(value).toBe("worker 7");
      break;
    }
    const nameless = await connect(address, { owner: { label: "", host: "host 3" } });
    for await (const { value } of nameless.campaign("label")) {
      expect(value).toBe("host 3");
      break;
    }
    await nameless.close();
  });

  it("resigns when the body is done, and stands again behind those who wait", async () => {
    const first = locks.campaign("turns", { value: "first" });
    const term = await next(first);
    const second = await queued("turns");
    const again = next(first);
    expect((await second.term).fencingToken).toBeGreaterThan(term.fencingToken);
    expect(term.state).toBe("released");
    await second.campaign.return();
    expect((await again).fencingToken).toBeGreaterThan((await second.term).fencingToken);
    await first.return();
  });

  it.each([
    ["break", undefined],
    ["throw", new Error("mine")],
  ])("resigns on %s, and stands no more", async (_way, error) => {
    const lead = async () => {
      for await (const term of locks.campaign("leave")) {
        expect(term.held).toBe(true);
        if (error !== undefined) throw error;
        break;
      }
    };
    if (error === undefined) await lead();
    else await expect(lead()).rejects.toBe(error);
    expect(await locks.inspect("leave")).toMatchObject({ holderCount: 0, waiterCount: 0 });
  });

  it("tells the body of a loss, and stands again", async () => {
    const campaign = locks.campaign("lost");
    const term = await next(campaign);
    await operator.breakLease(term);
    await term.ended;
    expect(term.signal.reason).toMatchObject({ name: "LeaseLost", reason: "FORCE_RELEASED" });
    expect(() => {
      term.assertHeld();
    }).toThrow(LeaseLost);
    expect((await next(campaign)).fencingToken).toBeGreaterThan(term.fencingToken);
    await campaign.return();
  });

  it("leaves the queue when the signal aborts, and throws its reason", async () => {
    const held = await locks.acquire("queue");
    const controller = new AbortController();
    const { term } = await queued("queue", controller.signal);
    controller.abort(new Error("enough"));
    await expect(term).rejects.toThrow("enough");
    await held.release();
    await poll(async () => locks.inspect("queue")).toMatchObject({ holderCount: 0, waiterCount: 0 });
  });

  it("resigns when the body is done after the signal has aborted, and throws its reason", async () => {
    const controller = new AbortController();
    const campaign = locks.campaign("stop", { signal: controller.signal });
    const term = await next(campaign);
    controller.abort(new Error("enough"));
    expect(term.state).toBe("held");
    await expect(next(campaign)).rejects.toThrow("enough");
    expect(term.state).toBe("released");
    expect((await locks.inspect("stop")).holderCount).toBe(0);
    await expect(next(locks.campaign("stop", { signal: controller.signal }))).rejects.toThrow("enough");
  });

  it("tries again while the server refuses what may pass", async () => {
    const held = await locks.acquire("full");
    const { refused } = await operator.stats();
    const campaign = locks.campaign("full");
    const term = next(campaign);
    await poll(async () => (await operator.stats()).refused > refused + 1n).toBe(true);
    await held.release();
    expect((await term).held).toBe(true);
    await campaign.return();
  });

  it("lives through a restart of the server", async () => {
    await using first = await startServer();
    const at = `127.0.0.1:${first.port}`;
    const client = await connect(at, { ttl: "1s", grace: "1s" });
    const campaign = client.campaign("restart");
    const term = await next(campaign);
    await first.kill();
    await term.ended;
    expect(term.state).toBe("lost");
    const again = next(campaign);
    await using second = await startServer({ args: ["--listen", at] });
    expect((await again).fencingToken).toBeGreaterThan(term.fencingToken);
    await client.close();
    await second.stop();
  });

  it("rejects when the server refuses for good", async () => {
    await expect(next(locks.campaign(""))).rejects.toMatchObject({ reason: "INVALID_NAME" });
    await expect(next(locks.campaign("gpu"))).rejects.toMatchObject({ reason: "INVALID_ARGUMENT" });
    await expect(next(locks.campaign("closed"))).rejects.toMatchObject({ reason: "NOT_ALLOWED" });
  });

  it.each([[""], [7]])("refuses %j as its value, and says what it expected", async (value) => {
    const campaign = locks.campaign("value", { value: value as never });
    await expect(next(campaign)).rejects.toThrow("Expected `value` to be a string that is not empty");
    await expect(next(campaign)).rejects.toThrow("the campaign is over");
  });

  it("ends with its client", async () => {
    const client = await connect(address);
    const campaign = client.campaign("client");
    const term = await next(campaign);
    await client.close();
    await term.ended;
    expect(term.state).toBe("released");
    await expect(next(campaign)).rejects.toMatchObject({ reason: "CLOSED" });
    expect((await locks.inspect("client")).holderCount).toBe(0);
  });
});

describe("a term", () => {
  it("is resigned once, and tells that it has ended", async () => {
    const campaign = locks.campaign("resign");
    const term = await next(campaign);
    expect(await Promise.all([term.resign(), term.release()])).toEqual([true, true]);
    await term.ended;
    expect(term.signal.aborted).toBe(false);
    expect(term).toMatchObject({ state: "released", held: false });
    expect((await locks.inspect("resign")).holderCount).toBe(0);
    await campaign.return();
  });

  it("proclaims values that observers see, in their order", async () => {
    const campaign = locks.campaign("proclaim", { value: "a" });
    const term = await next(campaign);
    await Promise.all([term.proclaim("b"), term.proclaim("c")]);
    expect(term.value).toBe("c");
    expect(await leader("proclaim")).toMatchObject({ value: "c", fencingToken: term.fencingToken });
    await term.proclaim("");
    expect(await leader("proclaim")).toMatchObject({ value: "" });
    await expect(term.proclaim(7 as never)).rejects.toThrow("Expected `value` to be a string");
    await expect(term.proclaim("x".repeat(5000))).rejects.toMatchObject({ reason: "INVALID_ARGUMENT" });
    expect(term.value).toBe("");
    await campaign.return();
  });

  it("that is over proclaims nothing", async () => {
    const campaign = locks.campaign("stale");
    const term = await next(campaign);
    const late = term.proclaim("late").catch((error: unknown) => error);
    const resigned = term.resign();
    expect(await late).toMatchObject({ name: "LeaseLost", reason: "RELEASED" });
    await expect(term.proclaim("later")).rejects.toBeInstanceOf(LeaseLost);
    await resigned;
    const again = await next(campaign);
    expect(again.value).toBe("worker 7");
    await operator.breakLease(again);
    await again.ended;
    await expect(again.proclaim("lost")).rejects.toMatchObject({ reason: "FORCE_RELEASED" });
    await campaign.return();
  });

  it("proclaims one value after the other, also when the first one has to be said again", async () => {
    await using scripted = await ScriptedServer.start();
    const uplink = await scripted.uplink();
    const closed = new AbortController().signal;
    const context = { settings: readSettings({}), uplink, surroundings: new Machine(), closed };
    const held = { leaseId: "l", signal: closed, assertHeld: () => undefined } as unknown as HeldLease;
    const term = new Term(context, held, "a");
    const proclaimed = Promise.all([term.proclaim("b"), term.proclaim("c")]);
    const said: string[] = [];
    for (const error of [{ code: status.UNAVAILABLE, details: "not now" }, null, null]) {
      const { value, answer } = await scripted.proclamations.next();
      said.push(value);
      answer(error);
    }
    await proclaimed;
    expect(said).toEqual(["b", "b", "c"]);
    expect(term.value).toBe("c");
    uplink.close();
  });
});
