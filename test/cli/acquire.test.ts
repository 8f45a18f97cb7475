import { hostname } from "node:os";
import { describe, expect, it } from "vitest";
import { startReplyProxy } from "../process/reply-proxy.js";
import { cliServer } from "./cli-server.js";

const cli = cliServer();

describe("acquire prints a lease and nothing else on stdout, which release takes", () => {
  const ways = [
    ["as an argument", (lease: string) => ({ args: [lease], options: {} })],
    [
      "from DISTRIBUTEX_LEASE",
      (lease: string) => ({ args: [], options: { env: { DISTRIBUTEX_LEASE: lease } } }),
    ],
    ["from stdin", (lease: string) => ({ args: [], options: { stdin: `${lease}\n` } })],
    ["from stdin when told so", (lease: string) => ({ args: ["-"], options: { stdin: lease } })],
  ] as const;

  it.each(ways)("%s", async (way, given) => {
    const name = `released ${way}`;
    const { stdout, stderr, code } = await cli.run(["acquire", name]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^[A-Za-z][A-Za-z0-9_]+\n$/)]);
    expect(stderr).toMatch(/token \d+, .* left/);
    const { args, options } = given(stdout.trim());
    expect(await cli.run(["release", ...args], options)).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "released\n",
    });
    expect(await cli.inspect(name)).toMatchObject({ holderCount: 0 });
  });
});

it("an argument wins over DISTRIBUTEX_LEASE", async () => {
  const kept = (await cli.run(["acquire", "kept"])).stdout.trim();
  const meant = (await cli.run(["acquire", "meant"])).stdout.trim();
  await cli.run(["release", meant], { env: { DISTRIBUTEX_LEASE: kept } });
  expect(await cli.inspect("kept")).toMatchObject({ holderCount: 1 });
  expect(await cli.inspect("meant")).toMatchObject({ holderCount: 0 });
});

it("a release of what is not held is done, and says so", async () => {
  const lease = (await cli.run(["acquire", "released twice"])).stdout.trim();
  await cli.run(["release", lease]);
  expect(await cli.run(["release", lease])).toMatchObject({
    code: 0,
    stderr: /^was not held any more/ as never,
  });
  expect(await cli.json(["release", lease])).toEqual([{ wasHeld: false }]);
});

it("contended: exit code 75, nothing on stdout, and stderr says who holds it", async () => {
  await cli.run(["acquire", "contended", "--owner", "the-holder"]);
  const { code, stdout, stderr } = await cli.run(["acquire", "contended"]);
  expect([code, stdout]).toEqual([75, ""]);
  expect(stderr).toContain(`held by ${hostname()} (the-holder)`);
});

it("timed out: exit code 75", async () => {
  await cli.run(["acquire", "timed out"]);
  const [response] = await cli.json(["acquire", "timed out", "--wait", "50ms"]);
  expect(response).toMatchObject({ outcome: "ACQUIRE_OUTCOME_TIMED_OUT" });
});

it("a waiting acquire gets the lock when it is free, and confirms it by one renewal", async () => {
  const renewals = async () => Number((await cli.json(["stats"]))[0]!.renewed);
  const before = await renewals();
  const first = (await cli.run(["acquire", "handed over"])).stdout.trim();
  const watcher = cli.start(["watch", "handed over", "--json"]);
  await watcher.until("stdout", /"LOCK_EVENT_TYPE_UNSPECIFIED"/);
  const second = cli.start(["acquire", "handed over", "--wait", "forever"]);
  await watcher.until("stdout", /"LOCK_EVENT_TYPE_QUEUED"/);
  await cli.run(["release", first]);
  expect(await second.ended).toMatchObject({ code: 0 });
  expect(second.stdout.trim()).not.toBe(first);
  expect((await renewals()) - before).toBe(1);
  watcher.kill("SIGTERM");
  expect(await watcher.ended).toMatchObject({ code: 143 });
});

it("the owner is this host and the label, with metadata", async () => {
  await cli.run(["acquire", "owned", "--owner", "job", "--metadata", "a=1", "--metadata", "b=x=y"]);
  expect((await cli.inspect("owned")).holders).toMatchObject([
    { owner: { host: hostname(), label: "job", metadata: { a: "1", b: "x=y" } } },
  ]);
});

it("the same request id finds the same lease", async () => {
  const args = ["acquire", "asked twice", "--request-id", "0123456789abcdef"];
  expect((await cli.run(args)).stdout).toBe((await cli.run(args)).stdout);
});

it("shared leases live together, weights add up to the capacity", async () => {
  expect((await cli.run(["acquire", "read", "--shared"])).code).toBe(0);
  expect((await cli.run(["acquire", "read", "--shared"])).code).toBe(0);
  expect((await cli.run(["acquire", "read"])).code).toBe(75);
});

it("names of all scripts, and such as look like flags, are names", async () => {
  for (const name of ["日本/ロック", "a b", "-x", "--json", "007", "0x10", "a=b"]) {
    expect(await cli.run(["acquire", "--", name])).toMatchObject({ code: 0 });
    expect(await cli.inspect(name.startsWith("-") ? "a b" : name)).toMatchObject({ holderCount: 1 });
  }
});

it("renew lets the lease run again, with a new ttl if asked for", async () => {
  const lease = (await cli.run(["acquire", "renewed", "--ttl", "5m"])).stdout.trim();
  const [answer] = await cli.json(["renew", "--ttl", "10m"], { stdin: lease });
  expect(answer).toMatchObject({ lease: { ttl: "600s" } });
});

it("a reply that was lost leaks no lock: it is asked for again under the same request id", async () => {
  const proxy = await startReplyProxy(cli.server().port, "cut");
  const server = `127.0.0.1:${proxy.port}`;
  const { code, stdout } = await cli.run(["acquire", "cut", "--server", server]);
  expect([code, proxy.connections()]).toEqual([0, 2]);
  proxy.close();
  expect((await cli.run(["release", stdout.trim()])).stderr).toBe("released\n");
});

it("a lease that nobody reads is given back", async () => {
  const reader = cli.start(["acquire", "unread"]);
  reader.closeStdout();
  expect(await reader.ended).toMatchObject({ code: 141, stderr: "" });
  expect(await cli.inspect("unread")).toMatchObject({ holderCount: 0 });
});

it("a grant that is under way when a signal comes is given back", async () => {
  const proxy = await startReplyProxy(cli.server().port, "late");
  const watcher = cli.start(["watch", "too late"]);
  await watcher.until("stderr", /watching/);
  const caller = cli.start(["acquire", "too late", "--server", `127.0.0.1:${proxy.port}`]);
  await watcher.until("stdout", /granted/);
  caller.kill("SIGTERM");
  expect(await caller.ended).toMatchObject({ code: 143, stdout: "" });
  expect(await cli.inspect("too late")).toMatchObject({ holderCount: 0 });
  proxy.close();
  watcher.kill("SIGTERM");
  await watcher.ended;
});
