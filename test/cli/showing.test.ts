import { describe, expect, it } from "vitest";
import { AcquireRequest, LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import { openConnection, unary } from "../../src/client/stubs.js";
import { cliServer } from "./cli-server.js";

const cli = cliServer();

it("inspect shows holders and waiters", async () => {
  await cli.run(["acquire", "shown", "--owner", "first"]);
  const waiter = cli.start(["wait", "shown", "--owner", "second"]);
  await waiter.until("stderr", /place 1/);
  const { stdout } = await cli.run(["inspect", "shown"]);
  expect(stdout).toMatch(/^HOLDER .*\nfirst .*exclusive/m);
  expect(stdout).toMatch(/^PLACE .*\n1 +second/m);
  waiter.kill("SIGTERM");
  await waiter.ended;
});

it("inspect finds the lock of a lease", async () => {
  const lease = (await cli.run(["acquire", "of a lease"])).stdout.trim();
  expect((await cli.run(["inspect", "--lease", lease])).stdout).toContain("of a lease");
  expect((await cli.run(["inspect", "--lease"], { stdin: lease })).stdout).toContain("of a lease");
});

it("list shows every lock once, over many pages, sorted by name", async () => {
  const connection = await openConnection([{ host: "127.0.0.1", port: cli.server().port }]);
  const names = Array.from({ length: 2_100 }, (_, i) => `paged/${String((i * 11) % 2_100).padStart(4, "0")}`);
  await Promise.all(
    names.map((name) => unary(connection, LockServiceService.acquire, AcquireRequest.create({ name }))),
  );
  connection.close();
  const { stdout } = await cli.run(["list", "paged/"]);
  const listed = [...stdout.matchAll(/^paged\/\d+/gm)].map(([name]) => name);
  expect(listed).toEqual([...names].sort());
  const locks = await cli.json(["list", "paged/"]);
  expect(locks.map(({ name }) => name as string).sort()).toEqual([...names].sort());
});

it("list of nothing prints nothing on stdout", async () => {
  expect(await cli.run(["list", "nothing like this"])).toMatchObject({ code: 0, stdout: "" });
});

it("what other clients say of themselves can't act on the terminal", async () => {
  const label = "\u001b]0;title\u0007\u009b31m\u202Egnp.exe\nforged line";
  await cli.run(["acquire", "hostile", "--owner", label]);
  for (const args of [
    ["inspect", "hostile"],
    ["list", "hostile"],
    ["acquire", "hostile"],
  ]) {
    for (const flags of [[], ["--json"]]) {
      const { stdout, stderr } = await cli.run([...args, ...flags]);
      // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(stdout + stderr).not.toMatch(/^forged/m);
    }
  }
  expect((await cli.inspect("hostile")).holders[0]!.owner.label).toBe(label);
});

describe("--json is what scripts read", () => {
  it.each([
    [["pools"], { name: "*", capacity: 1, defaultTtl: "1800s", lockDelay: "0s", servers: [] }],
    [["stats"], { waiters: "0", uptime: expect.stringMatching(/^[\d.]+s$/) as string }],
    [
      ["info"],
      { engine: "memory", draining: false, guarantees: { exclusion: true, sharedByServers: false } },
    ],
    [
      ["inspect", "idle"],
      { lock: { mode: "MODE_UNSPECIFIED", holderCount: 0, holders: [], fencingToken: "0" } },
    ],
    [["acquire", "scripted"], { outcome: "ACQUIRE_OUTCOME_ACQUIRED", lease: { name: "scripted" } }],
    [["acquire", "scripted"], { outcome: "ACQUIRE_OUTCOME_CONTENDED", lock: { holderCount: 1 } }],
    [["observe", "idle", "--once"], {}],
  ])("%j", async (args, expected) => {
    const [answer] = await cli.json(args);
    expect(answer).toMatchObject(expected);
  });
});

it("the same for people has words and ages", async () => {
  expect((await cli.run(["pools"])).stdout).toMatch(/^\* +1 +30m +1d +none +none/m);
  expect((await cli.run(["stats"])).stdout).toMatch(/^uptime .*\nlocks +\d+\n/);
  expect((await cli.run(["info"])).stdout).toMatch(/^exclusion +yes$/m);
});

it("watch tells what happens, and force-release ends the lease that is meant", async () => {
  const watcher = cli.start(["watch", "watched"]);
  await watcher.until("stderr", /watching/);
  await cli.run(["acquire", "watched", "--owner", "victim"]);
  await watcher.until("stdout", /granted .*victim/);
  const { fencingToken } = await cli.inspect("watched");
  const wrong = await cli.run(["force-release", "watched", "--token", String(BigInt(fencingToken) + 1n)]);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("STALE_FENCING_TOKEN")]);
  const [answer] = await cli.json(["force-release", "watched", "--token", fencingToken, "--reason", "stuck"]);
  expect(answer).toMatchObject({ holder: { owner: { label: "victim" }, fencingToken } });
  await watcher.until("stdout", /broken .*victim.*\(stuck\)/);
  watcher.kill("SIGTERM");
  expect(await watcher.ended).toMatchObject({ code: 143 });
});
