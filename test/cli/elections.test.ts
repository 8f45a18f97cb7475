import { expect, it } from "vitest";
import { cliServer } from "./cli-server.js";

const cli = cliServer();

it("a campaign leads, observers see it, proclaim changes the value, a signal resigns", async () => {
  const observer = cli.start(["observe", "shard"]);
  await observer.until("stdout", /^nobody leads$/m);
  const leader = cli.start(["campaign", "shard", "--value", "10.0.0.7:80", "--owner", "one"]);
  const [, lease] = await leader.until("stdout", /^elected +(\w+) +token \d+$/m);
  await observer.until("stdout", /^10\.0\.0\.7:80 .*\(one\)/m);
  const candidate = cli.start(["campaign", "shard", "--value", "10.0.0.8:80", "--json"]);
  await candidate.until("stdout", /"leaderChanged".*10\.0\.0\.7:80/);
  expect(await cli.run(["proclaim", "--value", "10.0.0.7:81"], { stdin: lease! })).toMatchObject({ code: 0 });
  await observer.until("stdout", /^10\.0\.0\.7:81 /m);
  leader.kill("SIGTERM");
  expect(await leader.ended).toMatchObject({ code: 0 });
  await candidate.until("stdout", /"elected"/);
  await observer.until("stdout", /^10\.0\.0\.8:80 /m);
  candidate.kill("SIGINT");
  expect(await candidate.ended).toMatchObject({ code: 0 });
  observer.kill("SIGTERM");
  expect(await observer.ended).toMatchObject({ code: 143 });
});

it("a term that is ended by force is lost: exit code 1 with the reason", async () => {
  const leader = cli.start(["campaign", "deposed"]);
  await leader.until("stdout", /^elected/m);
  const { fencingToken } = await cli.inspect("deposed");
  await cli.run(["force-release", "deposed", "--token", fencingToken]);
  expect(await leader.ended).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("FORCE_RELEASED") as string,
  });
});

it("proclaim by who does not lead any more is refused", async () => {
  const { code, stderr } = await cli.run(["proclaim", "--value", "x"], { stdin: "L000" });
  expect([code, stderr]).toEqual([1, expect.stringContaining("LEASE_NOT_HELD")]);
});
