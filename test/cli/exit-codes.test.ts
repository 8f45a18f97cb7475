import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { run } from "../process/cli.js";
import { cliServer } from "./cli-server.js";

const cli = cliServer({ config: "pools:\n  - name: '*'\n  - name: theirs\n    servers: [another-host]\n" });

describe("a wrong command line is 64, and hints at the help", () => {
  it.each([
    [[]],
    [["acqire", "x"]],
    [["acquire"]],
    [["acquire", "a", "b"]],
    [["acquire", "x", "--nope"]],
    [["acquire", "x", "--wait"]],
    [["acquire", "x", "--wait", "soon"]],
    [["acquire", "x", "--wait", "-5s"]],
    [["acquire", "x", "--ttl", "1", "--ttl", "2"]],
    [["acquire", "x", "--weight", "0"]],
    [["acquire", "x", "--weight", "1.5"]],
    [["acquire", "x", "--metadata", "pair"]],
    [["acquire", "x", "--connect-timeout", ""]],
    [["force-release", "x"]],
    [["force-release", "x", "--token", "0"]],
    [["inspect"]],
    [["release", ""]],
    [["release"]],
    [["info", "--server", "a:b"]],
    [["info", "--server", "a", "--host", "b"]],
    [["info", "--port", "70000"]],
    [["serve", "--listen", "nowhere:x"]],
    [["serve", "--port", "9890"]],
    [["serve", "-H", "0.0.0.0"]],
    [["serve", "-s", "localhost:9890"]],
  ])("%j", async (args) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([64, ""]);
    expect(stderr).toMatch(/^distributex: /);
    expect(stderr).not.toMatch(/\n\s+at /);
    if (args[0] !== "serve") expect(stderr).toContain("--help");
  });
});

it("an unknown command is told what it may have meant", async () => {
  expect((await run(["acqire", "x"])).stderr).toContain("acquire");
});

it.each([
  [["frobnicate"], "Unknown command: frobnicate"],
  [["acquire"], "An argument is missing: distributex acquire <name>"],
  [["acquire", "x", "--ttl"], "--ttl needs a value"],
  [["info", "-p"], "-p needs a value"],
  [["acquire", "x", "--of-nothing"], "Unknown argument: of-nothing"],
  [["acquire", "x", "--of-nothing", "--nope", "y"], "Unknown arguments: of-nothing, nope"],
  [["info", "-s", "http://a:1"], '--server: Expected "host", "host:port" or "[ipv6]:port", got "http://a:1"'],
  [["serve", "-p", "1"], "--port is for commands that ask a server; serve listens where --listen says"],
])("%j is told plainly", async (args, message) => {
  const [line] = (await run(args)).stderr.split("\n");
  expect(line).toBe(`distributex: ${message}`);
});

it("what the server finds wrong with a field is 64 too", async () => {
  const { code, stderr } = await cli.run(["acquire", "x", "--weight", "2"]);
  expect([code, stderr]).toEqual([64, expect.stringContaining("(INVALID_WEIGHT)")]);
});

it("what the server refuses otherwise is 1", async () => {
  const { code, stderr } = await cli.run(["renew"], { stdin: "L0000" });
  expect([code, stderr]).toEqual([1, expect.stringContaining("(LEASE_NOT_HELD)")]);
});

it("what is not allowed is 77", async () => {
  const { code, stderr } = await cli.run(["acquire", "theirs"]);
  expect([code, stderr]).toEqual([77, expect.stringContaining("(NOT_ALLOWED)")]);
});

it("with --json errors are one line of JSON on stderr", async () => {
  const { stdout, stderr } = await cli.run(["acquire", "x", "--weight", "2", "--json"]);
  expect(stdout).toBe("");
  expect(JSON.parse(stderr)).toMatchObject({
    error: {
      exitCode: 64,
      reason: "INVALID_WEIGHT",
      code: "INVALID_ARGUMENT",
      metadata: { field: "weight" },
    },
  });
  const usage = await cli.run(["acquire", "--json", "x", "--nope"]);
  expect(JSON.parse(usage.stderr)).toMatchObject({ error: { exitCode: 64, reason: "USAGE" } });
});

describe("unreachable is 69 within the connect timeout", () => {
  it("where nobody listens", async () => {
    const { code, stderr } = await run(["info", "--server", "127.0.0.1:1", "--connect-timeout", "300ms"]);
    expect([code, stderr]).toEqual([
      69,
      expect.stringMatching(/no server answered at 127\.0\.0\.1:1 .*UNAVAILABLE/),
    ]);
  });

  it("where somebody listens and never answers", async () => {
    const mute = createServer().listen(0, "127.0.0.1");
    await once(mute, "listening");
    const { port } = mute.address() as AddressInfo;
    const since = performance.now();
    const { code } = await run(["info", "-H", "127.0.0.1", "-p", String(port), "--connect-timeout", "1"]);
    expect(code).toBe(69);
    expect(performance.now() - since).toBeLessThan(8_000);
    mute.close();
  });
});

it("a reader of stdout that goes away ends it quietly", async () => {
  const watcher = cli.start(["watch", "piped"]);
  await watcher.until("stderr", /watching/);
  watcher.closeStdout();
  await cli.run(["acquire", "piped"]);
  expect(await watcher.ended).toMatchObject({ code: 141, stderr: "watching\n" });
});
