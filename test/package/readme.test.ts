import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createServer } from "../../src/server/index.js";
import { MAIN } from "../process/cli.js";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");
const readme = readFileSync(join(root, "README.md"), "utf8");

/** A command takes its time to start where others run beside it. */
const PATIENT = { timeout: 30_000 };

/** The blocks of code in one language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(
    ([, code]) => code ?? "",
  );
}

/** The one block that has these words in it. */
function block(language: string, words: string): string {
  const found = blocks(language).filter((code) => code.includes(words));
  expect(found, `blocks with "${words}"`).toHaveLength(1);
  return found[0] ?? "";
}

// What README.md tells people to type, typed. `grpcurl` is played by `buf curl`, which takes the same words.
describe("README.md", () => {
  const server = createServer();
  let address: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    await server.start();
    address = `127.0.0.1:${server.addresses[0]?.port ?? 0}`;
    const path = `${join(root, "node_modules/.bin")}:${process.env.PATH ?? ""}`;
    env = { ...process.env, PATH: path, DISTRIBUTEX_SERVER: address };
  });

  afterAll(() => server.stop());

  /** A shell that knows `distributex` and `grpcurl`, and our server instead of localhost:9889. */
  function shell(script: string): [string, string[]] {
    const prelude = `
      set -euo pipefail
      distributex() { ${JSON.stringify(process.execPath)} ${JSON.stringify(MAIN)} "$@"; }
      grpcurl() {
        [[ "$1 $2" == "-plaintext -d" ]]
        buf curl --protocol grpc --http2-prior-knowledge -d "$3" "http://$4/$5"
      }
      npx() { "$@"; }
      nightly-report() { echo reported; }
    `;
    return ["bash", ["-c", prelude + script.replaceAll("localhost:9889", address)]];
  }

  async function typed(script: string): Promise<string> {
    const { stdout } = await run(...shell(script), { env });
    return stdout;
  }

  /** Starts what holds a lock, and waits until it has said so. */
  async function holding(script: string, granted: RegExp): Promise<{ end: () => void }> {
    const [command, args] = shell(`exec 2>&1; ${script}`);
    const child = spawn(command, args, { env, detached: true });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      child.stdout.on("data", (chunk) => {
        said += String(chunk);
        if (granted.test(said)) resolve();
      });
      child.once("close", () => {
        reject(new Error(`it ended, having said: ${said}`));
      });
    });
    return {
      // As Ctrl-C does: to all of the terminal's foreground.
      end: () => process.kill(-child.pid!, "SIGINT"),
    };
  }

  it("takes, shows and gives back a lock with the command", async () => {
    expect(await typed(block("sh", "distributex inspect"))).toContain("reports/nightly");
    expect(await holders()).toEqual([]);
  });

  it.each([
    ["the command", () => block("sh", "distributex wait"), /holding|l\w+_\w+/],
    [
      "grpcurl",
      () =>
        block("sh", '"hold":true')
          .split("\n")
          .find((line) => line.includes("hold")) ?? "",
      /granted/,
    ],
  ])(
    "holds a lock with %s until it ends, and the one who waits has it then",
    async (_what, script, granted) => {
      const first = await holding(script(), granted);
      const second = holding(script(), granted);
      try {
        await expect.poll(() => server.engine.stats().waiters, PATIENT).toBe(1);
      } finally {
        first.end();
        (await second).end();
      }
      await expect.poll(() => server.engine.stats().sessions, PATIENT).toBe(0);
    },
  );

  it("takes, shows and gives back a lock with grpcurl", async () => {
    const [acquire, inspect, release] = block("sh", "PASTE IT HERE").split("\n");
    const { lease } = JSON.parse(await typed(acquire ?? "")) as { lease: { leaseId: string } };
    expect(await typed(inspect ?? "")).toContain('"holderCount": 1');
    expect(await typed(release?.replace("PASTE IT HERE", lease.leaseId) ?? "")).toContain("wasHeld");
    expect(await holders()).toEqual([]);
  });

  it("takes a lock with buf curl", async () => {
    expect(await typed(block("sh", "npx buf curl"))).toContain("ACQUIRE_OUTCOME_ACQUIRED");
    await free();
  });

  it("guards a job with the line for cron", async () => {
    const line = block("crontab", "* * *").replace(/^[\d* ]+/, "");
    expect(await typed(line)).toContain("reported");
    expect(await holders()).toEqual([]);
    await typed("distributex acquire reports/nightly");
    await expect(typed(line)).rejects.toMatchObject({ code: 75 });
    await free();
  });

  it("takes and gives back a lock in TypeScript", async () => {
    const target = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const code = ts.transpile(block("ts", "withLock"), target).replace("localhost:9889", address);
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", code], { cwd: root });
    expect(stdout).toMatch(/with token \d+/);
    expect(await holders()).toEqual([]);
  });

  async function holders() {
    return (await server.engine.inspect({ name: "reports/nightly" })).holders;
  }

  async function free(): Promise<void> {
    for (const { token } of await holders()) await server.engine.forceRelease("reports/nightly", token, "");
  }
});
