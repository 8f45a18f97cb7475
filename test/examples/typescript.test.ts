import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Program } from "../process/program.js";
import { startServer, type ServerProcess } from "../process/server.js";

const sources = new URL("../../examples/typescript/", import.meta.url);
/** What `npm test` has built of them. */
const built = new URL("../../build/examples/", import.meta.url);

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer({ config: readFileSync(new URL("distributex.yaml", sources), "utf8") });
});
afterAll(async () => {
  await server.stop();
});

function start(example: string, ...args: string[]): Program {
  const file = fileURLToPath(new URL(`${example}.js`, built));
  return new Program(process.execPath, [file, `127.0.0.1:${server.port}`, ...args]);
}

async function lines(example: string): Promise<string[]> {
  const { code, stdout, stderr } = await start(example).ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.trimEnd().split("\n");
}

describe("the example", () => {
  it("lock.ts: one at a time", async () => {
    expect(await lines("lock")).toEqual([
      expect.stringMatching(/^the report is written, with token \d+$/),
      "somebody else has it",
      "the report is sent",
      "the lock is released",
    ]);
  });

  it("semaphore.ts: three at a time", async () => {
    const told = await lines("semaphore");
    expect(told.slice(-2)).toEqual(["at most 3 at once", "3 of 3 units for one"]);
    expect(told.slice(0, -2).sort()).toEqual([1, 2, 3, 4, 5, 6, 7].map((frame) => `frame ${frame} is done`));
  });

  it("fenced-store.ts: a writer that slept through the end of its lease is refused", async () => {
    expect(await lines("fenced-store")).toEqual([
      "the slow writer has the lock, and stands still",
      "the next writer has written",
      "the slow writer goes on",
      "the slow writer was refused: its token is too old",
      "the store has what came from the next writer",
    ]);
  });

  it.each(["SIGINT", "SIGKILL"] as const)("election.ts: the next one leads after a %s", async (signal) => {
    const first = start("election", "first");
    await first.until("stdout", /^first leads, with token \d+$/m);
    const second = start("election", "second");
    await second.until("stdout", /^the leader is first$/m);
    await second.until("stdout", /^waiting at place 1$/m);
    first.kill(signal);
    const { stdout, code } = await first.ended;
    if (signal === "SIGINT")
      expect([stdout.trimEnd().split("\n").at(-1), code]).toEqual(["first leads no more", 0]);
    await second.until("stdout", /^second leads, with token \d+$/m);
    await second.until("stdout", /^the leader is second$/m);
    second.kill("SIGTERM");
    expect(await second.ended).toMatchObject({ code: 0, stderr: "" });
  });

  it("is in the README, whichever it is", () => {
    const readme = readFileSync(new URL("README.md", sources), "utf8");
    const examples = readdirSync(sources).filter((file) => file.endsWith(".ts"));
    expect(examples.filter((file) => !readme.includes(`[${file}](${file})`))).toEqual([]);
    expect(
      examples.filter((file) => !readme.includes(`build/examples/${file.replace(".ts", ".js")}`)),
    ).toEqual([]);
  });
});
