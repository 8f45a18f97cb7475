import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Proxy } from "../network/proxy.js";
import { start } from "../process/cli.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, seconds } from "./caller.js";
import { event } from "./event-stream.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({ args: ["--listen", "127.0.0.1:0", "--keepalive", "1s"] });
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

describe("clients that vanish", () => {
  test("C2: what a killed client held or waited for is free at once", async () => {
    const [holder, waiter] = [heldBy("l/killed"), heldBy("l/killed")];
    await ann.inspectUntil("l/killed", (lock) => lock.holderCount === 1 && lock.waiterCount === 1);
    const next = ann.wait({ name: "l/killed" });
    expect(await next.until(event("queued"))).toMatchObject({ position: 2 });
    holder.kill("SIGKILL");
    waiter.kill("SIGKILL");
    await next.until(event("granted"));
  });

  test("C63: a client that the network swallowed is given up, but its lease runs to its ttl", async () => {
    const proxy = await Proxy.to(server.port);
    const far = new Caller(proxy.port);
    await far.wait({ name: "l/swallowed", hold: true, ttl: seconds(20) }).until(event("granted"));
    const before = await connections();
    proxy.swallow();
    while ((await connections()) === before);
    // While its stream lived it had no end; Inspect shows the one that it has now.
    const { holders } = await ann.inspectUntil("l/swallowed", (it) => it.holders[0]?.remaining !== undefined);
    expect(Number(holders[0]!.remaining!.seconds)).toBeGreaterThanOrEqual(15);
    far.close();
    proxy.close();
  });

  test("C63: a client that is frozen loses its lease, though its connection never closed", async () => {
    const frozen = heldBy("l/frozen", "--ttl", "2s");
    await ann.inspectUntil("l/frozen", ({ holderCount }) => holderCount === 1);
    const next = ann.wait({ name: "l/frozen" });
    await next.until(event("queued"));
    frozen.kill("SIGSTOP");
    await next.until(event("granted"));
    frozen.kill("SIGKILL");
  });

  test("a client whose connection was cut is gone: its lock is free", async () => {
    const proxy = await Proxy.to(server.port);
    const far = new Caller(proxy.port);
    await far.wait({ name: "l/cut", hold: true }).until(event("granted"));
    proxy.cut();
    await ann.wait({ name: "l/cut" }).until(event("granted"));
    far.close();
    proxy.close();
  });

  test("C62: a client may ping as often as it likes", async () => {
    const pinging = new Caller(server.port, {
      "grpc.keepalive_time_ms": 20,
      "grpc.keepalive_timeout_ms": 5_000,
      "grpc.keepalive_permit_without_calls": 1,
    });
    const holding = pinging.wait({ name: "l/pings", hold: true, ttl: seconds(1) });
    for (let beat = 0; beat < 5; beat++) await holding.until(event("heartbeat"));
    holding.cancel();
    pinging.close();
  });
});

describe("C9: a server that stalls", () => {
  test("adds the lost time to all leases, and reads a renewal that came in meanwhile before it expires", async () => {
    const { leaseId: renewed } = await ann.take("l/stall/renewed", { ttl: seconds(1) });
    const { leaseId: silent } = await ann.take("l/stall/silent", { ttl: seconds(30) });
    process.kill(server.program.pid, "SIGSTOP");
    const renewal = ann.renew(renewed);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    process.kill(server.program.pid, "SIGCONT");
    const { remaining } = await renewal;
    expect(Number(remaining!.seconds) + remaining!.nanos / 1e9).toBeGreaterThan(0.9);
    const lease = await ann.renew(silent);
    const { holders } = await ann.inspect("l/stall/silent");
    expect(lease.leaseId).toBe(silent);
    // The engine's clock stood still: of the three seconds hardly anything counts.
    expect(Number(holders[0]!.heldFor!.seconds)).toBe(0);
  });
});

function heldBy(name: string, ...flags: string[]) {
  return start(["wait", name, "--hold", "--server", `127.0.0.1:${server.port}`, ...flags]);
}

async function connections(): Promise<bigint> {
  return (await ann.stats()).connections;
}
