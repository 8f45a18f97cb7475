import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../src/client/connect.js";
import type { LockClient } from "../../src/client/lock-client.js";
import { startServer, type ServerProcess } from "../process/server.js";

const WAITERS = 100_000;
const CLIENTS = 4;

let server: ServerProcess;
let clients: LockClient[];

beforeAll(async () => {
  server = await startServer();
  const address = `127.0.0.1:${server.port}`;
  clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(address)));
});

afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await server.stop();
});

test(
  "100,000 waiters of one lock, of four clients, are served in order to the last",
  { timeout: 180_000 },
  async () => {
    const [first] = clients as [LockClient];
    const holder = await first.acquire("one");
    const tokens = clients.map((): bigint[] => []);
    let joined = 0;
    const served = clients.flatMap((client, i) =>
      Array.from({ length: WAITERS / CLIENTS }, async (_, turn) => {
        let counted = false;
        const onQueued = (): void => {
          if (!counted) joined++;
          counted = true;
        };
        const lease = await client.acquire("one", { onQueued });
        tokens[i]![turn] = lease.fencingToken;
        await lease.release();
      }),
    );
    while ((await first.inspect("one")).waiterCount < WAITERS);
    await holder.release();
    await Promise.all(served);
    expect(joined).toBe(WAITERS);
    // Tokens rise from grant to grant, so within each client they must rise from call to call.
    for (const own of tokens) expect(own).toEqual([...own].sort((a, b) => (a < b ? -1 : 1)));
    const all = tokens.flat();
    expect(new Set(all).size).toBe(WAITERS);
    expect(await first.inspect("one")).toMatchObject({ holderCount: 0, waiterCount: 0 });
  },
);
