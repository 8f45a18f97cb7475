import { writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { Client, credentials } from "@grpc/grpc-js";
import { describe, expect, test } from "vitest";
import { LossReason } from "../../gen/distributex/v1/lock.js";
import { start } from "../process/cli.js";
import { startServer } from "../process/server.js";
import { Caller, failureOf, seconds } from "./caller.js";
import { event, EventStream } from "./event-stream.js";

const SERVING = Buffer.from([8, 1]);
const NOT_SERVING = Buffer.from([8, 2]);

describe("C60: SIGTERM", () => {
  test("grants nothing any more, tells every stream, says NOT_SERVING, and ends with 0", async () => {
    const server = await startServer();
    const ann = new Caller(server.port);
    const health = healthOf(server.port, "distributex.v1.LockService");
    expect(await health.next()).toEqual(SERVING);
    const holding = ann.wait({ name: "x", hold: true });
    await holding.until(event("granted"));
    const waiting = ann.wait({ name: "x" });
    await waiting.until(event("queued"));
    const unaryWaiter = failureOf(ann.acquire({ name: "x", waitTimeout: seconds(600) }));
    const candidate = ann.campaign({ name: "x" });
    await candidate.until(event("queued"));
    const observing = ann.observe("x");
    const watching = ann.watch();
    await Promise.all([observing.next(), watching.next()]);
    await ann.inspectUntil("x", ({ waiterCount }) => waiterCount === 3);

    const stopped = server.stop();
    expect(await holding.until(event("lost"))).toEqual({ reason: LossReason.SHUTTING_DOWN });
    expect(await holding.status).toMatchObject({ code: 0 });
    for (const stream of [waiting, candidate, observing, watching]) {
      expect(await stream.status).toMatchObject({ code: 14 });
    }
    expect(await unaryWaiter).toMatchObject({ code: 14, reason: "SHUTTING_DOWN" });
    expect(await health.until((it) => (it.equals(NOT_SERVING) ? it : undefined))).toEqual(NOT_SERVING);
    health.cancel();
    expect(await stopped).toMatchObject({ code: 0, signal: null });
    ann.close();
  });

  test("ends within its bound, whatever hangs on its connections", async () => {
    const server = await startServer({ args: ["--listen", "127.0.0.1:0", "--drain", "1s"] });
    const silent = connect(server.port, "127.0.0.1").on("error", () => undefined);
    const health = healthOf(server.port, "");
    await health.next();
    expect(await server.stop()).toMatchObject({ code: 0 });
    silent.destroy();
    health.cancel();
  });
});

describe("SIGHUP", () => {
  const config = (maxlocks: number) => `pools:\n  - name: gpu\n    maxlocks: ${maxlocks}\n`;

  test("puts new pools in force, for live locks and their waiters too", async () => {
    const server = await startServer({ config: config(1) });
    const ann = new Caller(server.port);
    await ann.take("gpu");
    const waiting = ann.wait({ name: "gpu" });
    await waiting.until(event("queued"));
    await writeFile(server.configFile!, config(2));
    server.program.kill("SIGHUP");
    expect(await waiting.until(event("granted"))).toMatchObject({ lease: { holderCount: 2 } });
    ann.close();
    await server.stop();
  });

  test("C34: a waiter too heavy for the new capacity ends with INVALID_WEIGHT, holders keep what they have", async () => {
    const server = await startServer({ config: config(2) });
    const ann = new Caller(server.port);
    await ann.take("gpu", { weight: 2 });
    const waiting = failureOf(ann.acquire({ name: "gpu", weight: 2, waitTimeout: seconds(600) }));
    await ann.inspectUntil("gpu", ({ waiterCount }) => waiterCount === 1);
    await writeFile(server.configFile!, config(1));
    server.program.kill("SIGHUP");
    expect(await waiting).toMatchObject({ code: 3, reason: "INVALID_WEIGHT", field: "weight" });
    expect(await ann.inspect("gpu")).toMatchObject({ capacity: 1, holders: [{ weight: 2 }] });
    ann.close();
    await server.stop();
  });

  test("a file with a fault changes nothing, and the log says where it is", async () => {
    const server = await startServer({ config: config(2) });
    await writeFile(server.configFile!, "pools:\n  - name: gpu\n    maxlocks: many\n");
    server.program.kill("SIGHUP");
    await server.program.until("stderr", /distributex\.yaml:3:\d+: pools\[0\]\.maxlocks/);
    const ann = new Caller(server.port);
    expect(await ann.inspect("gpu")).toMatchObject({ capacity: 2 });
    ann.close();
    await server.stop();
  });
});

describe("a start", () => {
  test("prints the address it got, and logs one line of what was configured", async () => {
    const server = await startServer();
    expect(server.program.stdout).toBe(`distributex listening on 127.0.0.1:${server.port}\n`);
    const { stderr } = await server.stop();
    const serving = stderr.split("\n").filter((line) => line.includes('"serving"'));
    expect(serving).toHaveLength(1);
    expect(JSON.parse(serving[0]!)).toMatchObject({ engine: "memory", listen: [`127.0.0.1:${server.port}`] });
  });

  test("logs no calls, unless asked to", async () => {
    for (const [args, logged] of [
      [[], false],
      [["--log-calls"], true],
    ] as const) {
      const server = await startServer({ args: ["--listen", "127.0.0.1:0", ...args] });
      const ann = new Caller(server.port);
      const { leaseId } = await ann.take("logged");
      ann.close();
      const { stderr } = await server.stop();
      expect(stderr.includes("/distributex.v1.LockService/Acquire")).toBe(logged);
      expect(stderr).not.toContain(leaseId);
    }
  });

  test("on an address that is taken fails with a message, and listens on none of the others", async () => {
    const server = await startServer();
    const second = start(["serve", "--listen", "127.0.0.1:0", "--listen", `127.0.0.1:${server.port}`]);
    const { code, stdout, stderr } = await second.ended;
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/EADDRINUSE|in use/);
    await server.stop();
  });

  test("with startdelay grants nothing until it is over, then to who waits", async () => {
    const server = await startServer({ args: ["--listen", "127.0.0.1:0", "--startdelay", "2s"] });
    const ann = new Caller(server.port);
    const waiting = ann.wait({ name: "early" });
    await waiting.until(event("queued"));
    const refused = await ann.acquire({ name: "other" });
    expect(refused.lock?.lockDelayRemaining).toBeDefined();
    const info = await ann.info();
    expect(info.startDelayRemaining).toBeDefined();
    await waiting.until(event("granted"));
    ann.close();
    await server.stop();
  });
});

function healthOf(port: number, service: string): EventStream<Buffer> {
  const bytes = (buffer: Buffer): Buffer => buffer;
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const request =
    service === ""
      ? Buffer.alloc(0)
      : Buffer.concat([Buffer.from([10, service.length]), Buffer.from(service)]);
  return new EventStream(
    client.makeServerStreamRequest("/grpc.health.v1.Health/Watch", bytes, bytes, request),
  );
}
