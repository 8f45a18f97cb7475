import { execFile, spawn, type ChildProcess } from "node:child_process";
import { access, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const root = join(import.meta.dirname, "../..");

// What `npm test` has built, packed as npm would publish it and installed as a user would.
describe("the package, installed with npm i -g", () => {
  let temp: string;
  let command: string;
  let home: string;
  let server: ChildProcess | undefined;

  beforeAll(async () => {
    temp = await mkdtemp(join(tmpdir(), "distributex-package-"));
    const packed = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", temp], {
      cwd: root,
    });
    const file = /"filename": "(.*?)"/.exec(packed.stdout)?.[1] ?? "";
    const install = ["install", "--global", "--prefix", temp, "--prefer-offline", "--no-audit", "--no-fund"];
    await run("npm", [...install, join(temp, file)], { cwd: temp });
    command = join(temp, "bin/distributex");
    home = join(temp, "lib/node_modules/distributex");
  }, 120_000);

  afterAll(async () => {
    server?.kill("SIGKILL");
    await rm(temp, { recursive: true, force: true });
  });

  it("has the command `distributex`, which knows its version", async () => {
    const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { version: string };
    const { stdout } = await run(command, ["--version"]);
    expect(stdout.trim()).toBe(version);
  });

  it("exports the client as `distributex`, its stubs as `distributex/stubs` and the server as `distributex/server`", async () => {
    const script = `
      const client = await import("distributex");
      const stubs = await import("distributex/stubs");
      const server = await import("distributex/server");
      console.log(typeof client.connect, typeof stubs.LockServiceClient, typeof server.createServer);`;
    const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: join(temp, "lib"),
    });
    expect(stdout.trim()).toBe("function function function");
  });

  it("carries the contract, and nothing that only its authors need", async () => {
    await access(join(home, "proto/distributex/v1/lock_service.proto"));
    for (const absent of ["src", "test", "node_modules/vitest", "dist/test"]) {
      await expect(access(join(home, absent)), absent).rejects.toThrow();
    }
  });

  it("runs a server that tells its address and describes itself by reflection", async () => {
    const args = ["serve", "--listen", "127.0.0.1:0"];
    server = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    const port = await portOf(server);
    const buf = ["curl", "--protocol", "grpc", "--http2-prior-knowledge", "--list-methods"];
    const { stdout } = await run(join(root, "node_modules/.bin/buf"), [...buf, `http://127.0.0.1:${port}`]);
    expect(stdout).toContain("distributex.v1.LockService/Acquire");
    expect(stdout).toContain("distributex.v1.AdminService/GetServerInfo");
  });
});

/** Waits for the line with which the server says that it is ready; its output is read on. */
function portOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = "";
    server.stdout?.on("data", (chunk) => {
      told += String(chunk);
      const port = /127\.0\.0\.1:(\d+)/.exec(told)?.[1];
      if (port !== undefined) resolve(port);
    });
    server.once("exit", () => {
      reject(new Error(`the server ended, having said: ${told}`));
    });
  });
}
