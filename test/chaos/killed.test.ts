import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { connect, type LockClient } from "../../src/client/index.js";
import { Program } from "../process/program.js";
import { startServer, type ServerProcess } from "../process/server.js";

let server: ServerProcess;
let locks: LockClient;

beforeAll(async () => {
  server = await startServer();
  locks = await connect(`127.0.0.1:${server.port}`);
});

afterAll(async () => {
  await locks.close();
  await server.stop();
});

/** A process that waits for a lock, then holds it. */
function contender(lock: string): Program {
  const client = new URL("../../dist/src/client/index.js", import.meta.url).href;
  const script = `
    import { connect } from ${JSON.stringify(client)};
    const locks = await connect("127.0.0.1:${server.port}", { ttl: "2s", grace: "1s" });
    const lease = await locks.acquire(${JSON.stringify(lock)});
    process.stdout.write("held");
    setInterval(() => lease.assertHeld(), 100);
  `;
  return new Program(process.execPath, ["--input-type=module", "--eval", script]);
}

async function untilQueued(lock: string, waiterCount: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(await locks.inspect(lock)).toMatchObject({ waiterCount });
  }, 20_000);
}

test("C2: the place in the queue of a client that is killed is given up, though the lock never comes free", async () => {
  const lease = await locks.acquire("c2/queue");
  const killed = contender("c2/queue");
  await untilQueued("c2/queue", 1);
  killed.kill("SIGKILL");
  await untilQueued("c2/queue", 0);
  expect(await lease.release()).toBe(true);
});

test("C2: a lock whose holder is killed goes to the next one, and over a waiter that was killed too", async () => {
  const holder = contender("c2/lock");
  await holder.until("stdout", /held/);
  const waiter = contender("c2/lock");
  await untilQueued("c2/lock", 1);
  const next = locks.acquire("c2/lock");
  await untilQueued("c2/lock", 2);
  waiter.kill("SIGKILL");
  holder.kill("SIGKILL");
  expect(await (await next).release()).toBe(true);
  expect(await locks.inspect("c2/lock")).toMatchObject({ holderCount: 0, waiterCount: 0 });
});
