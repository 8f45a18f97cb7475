import { describe, expect, it } from "vitest";
import { chooseServers } from "../../src/cli/server-choice.js";
import { UsageError } from "../../src/cli/usage-error.js";
import { cliServer } from "./cli-server.js";

const LOCALHOST = [{ host: "localhost", port: 9889 }];

describe("the server is chosen", () => {
  it.each([
    [
      "by --server over everything",
      { server: "a:1,[::1]:2,c" },
      { DISTRIBUTEX_SERVER: "z" },
      ["a:1", "::1:2", "c:9889"],
    ],
    ["by --host over DISTRIBUTEX_SERVER", { host: "a" }, { DISTRIBUTEX_SERVER: "z" }, ["a:9889"]],
    ["by --port over DISTRIBUTEX_SERVER", { port: "7" }, { DISTRIBUTEX_SERVER: "z" }, ["localhost:7"]],
    ["by --host and DISTRIBUTEX_PORT", { host: "a" }, { DISTRIBUTEX_PORT: "7" }, ["a:7"]],
    ["by --port and DISTRIBUTEX_HOST", { port: "7" }, { DISTRIBUTEX_HOST: "a" }, ["a:7"]],
    [
      "by DISTRIBUTEX_SERVER over the others",
      {},
      { DISTRIBUTEX_SERVER: "z", DISTRIBUTEX_HOST: "a" },
      ["z:9889"],
    ],
    [
      "by DISTRIBUTEX_HOST and DISTRIBUTEX_PORT",
      {},
      { DISTRIBUTEX_HOST: "::1", DISTRIBUTEX_PORT: "7" },
      ["::1:7"],
    ],
  ])("%s", (_way, flags, env, chosen) => {
    expect(chooseServers(flags, env).map(({ host, port }) => `${host}:${port}`)).toEqual(chosen);
  });

  it("as localhost:9889 where nothing is said, or nothing that counts", () => {
    expect(chooseServers({}, {})).toEqual(LOCALHOST);
    expect(chooseServers({}, { DISTRIBUTEX_SERVER: "", DISTRIBUTEX_HOST: "", DISTRIBUTEX_PORT: "" })).toEqual(
      LOCALHOST,
    );
    expect(chooseServers({}, { DISTRIBUTEX_PORT: "tcp://10.0.0.1:9889" })).toEqual(LOCALHOST);
  });

  it("and what can't be read names its source", () => {
    expect(() => chooseServers({}, { DISTRIBUTEX_PORT: "x" })).toThrow(/^DISTRIBUTEX_PORT: /);
    expect(() => chooseServers({ host: "a:1" }, {})).toThrow(UsageError);
    expect(() => chooseServers({ server: "a,,b" }, {})).toThrow(/^--server: /);
  });
});

describe("with several servers", () => {
  const cli = cliServer();

  it("the next one is used when one is down", async () => {
    const server = `127.0.0.1:1,127.0.0.1:${cli.server().port}`;
    expect(await cli.run(["info", "--server", server])).toMatchObject({ code: 0 });
  });

  it("localhost is one that listens on 127.0.0.1", async () => {
    expect(await cli.run(["info", "-H", "localhost", "-p", String(cli.server().port)])).toMatchObject({
      code: 0,
    });
  });
});
