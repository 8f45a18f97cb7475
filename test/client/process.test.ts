import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { startServer } from "../process/server.js";

const run = promisify(execFile);
const client = new URL("../../dist/src/client/index.js", import.meta.url).href;

/** Runs a program that has `locks`; resolves with what it printed when it has ended by itself. */
async function program(port: number, body: string): Promise<string> {
  const script = `
    import { connect } from ${JSON.stringify(client)};
    const locks = await connect("127.0.0.1:${port}");
    ${body}`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", script], {
    timeout: 30_000,
  });
  return stdout.trim();
}

it("a program ends by itself when it holds nothing and waits for nothing", async () => {
  await using server = await startServer();
  expect(await program(server.port, `await locks.withLock("a", () => console.log("done"));`)).toBe("done");
  expect(await program(server.port, `console.log("never asked");`)).toBe("never asked");
  expect(
    await program(server.port, `await locks.acquire("a"); await locks.close(); console.log("closed");`),
  ).toBe("closed");
});

it("a loss that nobody listens to is no unhandled rejection", async () => {
  await using server = await startServer();
  const body = `
    const lease = await locks.acquire("a");
    process.kill(${server.program.pid}, "SIGKILL");
    const own = setInterval(() => {
      if (lease.held) return;
      clearInterval(own);
      console.log(lease.state);
      locks.close();
    }, 50);`;
  const short = body.replace('locks.acquire("a")', 'locks.acquire("a", { ttl: "1s" })');
  expect(await program(server.port, short)).toBe("lost");
});
