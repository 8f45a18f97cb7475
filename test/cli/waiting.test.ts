import { describe, expect, it } from "vitest";
import { startServer } from "../process/server.js";
import { run, start } from "../process/cli.js";
import { cliServer } from "./cli-server.js";

const cli = cliServer({ config: "pools:\n  - name: '*'\n  - name: delayed\n    lockdelay: 1h\n" });

describe.each([
  ["acquire", ["acquire", "LOCK", "--wait", "forever"]],
  ["wait", ["wait", "LOCK"]],
  ["wait --hold", ["wait", "LOCK", "--hold"]],
  ["campaign", ["campaign", "LOCK"]],
])("a signal while %s waits", (title, args) => {
  it("leaves no place in the queue, and the code is 128+n", async () => {
    const name = `left by ${title}`;
    await cli.run(["acquire", name]);
    const watcher = cli.start(["watch", name, "--json"]);
    await watcher.until("stdout", /UNSPECIFIED/);
    const waiter = cli.start(args.map((arg) => (arg === "LOCK" ? name : arg)));
    await watcher.until("stdout", /EVENT_TYPE_QUEUED/);
    waiter.kill("SIGTERM");
    expect(await waiter.ended).toMatchObject({ code: 143 });
    await watcher.until("stdout", /EVENT_TYPE_LEFT/);
    expect(await cli.inspect(name)).toMatchObject({ waiterCount: 0, holderCount: 1 });
    watcher.kill("SIGINT");
    expect(await watcher.ended).toMatchObject({ code: 130 });
  });
});

describe("wait", () => {
  it("tells the place, then prints the lease", async () => {
    const first = (await cli.run(["acquire", "told"])).stdout.trim();
    const waiter = cli.start(["wait", "told"]);
    await waiter.until("stderr", /place 1 of 1/);
    await cli.run(["release", first]);
    expect(await waiter.ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\w+\n$/) as string });
    expect(await cli.inspect("told")).toMatchObject({ holderCount: 1 });
  });

  it("gives up after its timeout", async () => {
    await cli.run(["acquire", "given up"]);
    expect(await cli.run(["wait", "given up", "--timeout", "50ms"])).toMatchObject({ code: 75, stdout: "" });
  });
});

describe("wait --hold", () => {
  it("holds until a signal, then releases: done", async () => {
    const holder = cli.start(["wait", "held", "--hold"]);
    await holder.until("stdout", /^\w+\n/);
    const next = cli.start(["wait", "held", "--hold"]);
    await next.until("stderr", /place 1 of 1/);
    holder.kill("SIGTERM");
    expect(await holder.ended).toMatchObject({ code: 0 });
    await next.until("stderr", /holding/);
    next.kill("SIGINT");
    expect(await next.ended).toMatchObject({ code: 0 });
  });

  it.each(["wait", "campaign"])("and %s gives up by name, so that no lock delay applies", async (command) => {
    const holder = cli.start([command, "delayed", ...(command === "wait" ? ["--hold"] : [])]);
    await holder.until("stdout", /\w+\n/);
    holder.kill("SIGTERM");
    expect(await holder.ended).toMatchObject({ code: 0 });
    expect(await cli.inspect("delayed")).not.toHaveProperty("lockDelayRemaining");
  });

  it("frees the lock at once when it is killed", async () => {
    const holder = cli.start(["wait", "killed", "--hold"]);
    await holder.until("stdout", /^\w+\n/);
    const next = cli.start(["wait", "killed"]);
    await next.until("stderr", /place 1 of 1/);
    holder.kill("SIGKILL");
    expect(await next.ended).toMatchObject({ code: 0 });
  });

  it("fails with the reason when the lease is lost", async () => {
    const holder = cli.start(["wait", "broken", "--hold"]);
    await holder.until("stdout", /^\w+\n/);
    const { fencingToken } = await cli.inspect("broken");
    await cli.run(["force-release", "broken", "--token", fencingToken]);
    expect(await holder.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("FORCE_RELEASED") as string,
    });
  });

  it("counts the lease as lost before its ttl when the server falls silent", async () => {
    await using server = await startServer();
    const address = `127.0.0.1:${server.port}`;
    const holder = start(["wait", "silent", "--hold", "--ttl", "3s", "--server", address]);
    await holder.until("stderr", /holding/);
    const silentSince = performance.now();
    server.program.kill("SIGSTOP");
    expect(await holder.ended).toMatchObject({ code: 1 });
    expect(performance.now() - silentSince).toBeLessThan(3_000);
  });

  it("fails when the server is gone", async () => {
    await using server = await startServer();
    const holder = start(["wait", "gone", "--hold", "--server", `127.0.0.1:${server.port}`]);
    await holder.until("stdout", /^\w+\n/);
    await server.kill();
    expect(await holder.ended).toMatchObject({ code: 1 });
  });
});

it("a waiter survives a server that comes back", async () => {
  await using first = await startServer();
  const address = `127.0.0.1:${first.port}`;
  await run(["acquire", "restarted", "--server", address]);
  const waiter = start(["wait", "restarted", "--server", address, "--connect-timeout", "30s"]);
  await waiter.until("stderr", /place 1 of 1/);
  await first.kill();
  await using second = await startServer({ args: ["--listen", address] });
  expect(await waiter.ended).toMatchObject({ code: 0 });
  expect((await second.stop()).code).toBe(0);
});
