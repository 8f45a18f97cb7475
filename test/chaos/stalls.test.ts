import { afterAll, beforeAll, expect, test } from "vitest";
import { connect, LeaseLost, type HeldLease, type LockClient } from "../../src/client/index.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { block } from "./time.js";

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer();
});

afterAll(async () => {
  await server.stop();
});

/** Leases are guaranteed for a second: a little longer than that the program stands still. */
const SHORT = { ttl: "2s", grace: "1s" } as const;
const STALL_MS = 1_100;

function client(): Promise<LockClient> {
  return connect(`127.0.0.1:${server.port}`, SHORT);
}

const WAYS_TO_ASK: readonly (readonly [string, (lease: HeldLease) => boolean])[] = [
  ["held", (lease) => !lease.held],
  ["state", (lease) => lease.state === "lost"],
  ["signal", (lease) => lease.signal.aborted],
  ["assertHeld", (lease) => throwsLeaseLost(lease)],
];

function throwsLeaseLost(lease: HeldLease): boolean {
  try {
    lease.assertHeld();
    return false;
  } catch (thrown) {
    return thrown instanceof LeaseLost && thrown.reason === "SESSION_LOST";
  }
}

test("C10: after a stall of the client, whatever is asked of the lease first says that it is lost", async () => {
  const clients = await Promise.all(WAYS_TO_ASK.map(() => client()));
  const leases = await Promise.all(clients.map((locks, i) => locks.acquire(`c10/${i}`)));
  block(STALL_MS);
  const answers = WAYS_TO_ASK.map(([way, isLost], i) => [way, isLost(leases[i]!)]);
  expect(answers).toEqual(WAYS_TO_ASK.map(([way]) => [way, true]));
  expect(leases.map(({ signal }) => signal.aborted)).toEqual(leases.map(() => true));
  await Promise.all(clients.map((locks) => locks.close()));
});

test("C10: after a stall the first timer, the first turn and the first promise all find the lease lost", async () => {
  const locks = await client();
  const lease = await locks.acquire("c10/first");
  const seen: boolean[] = [];
  const look = () => seen.push(lease.held);
  const looked = [
    new Promise<void>((resolve) => {
      setTimeout(() => {
        look();
        resolve();
      }, STALL_MS / 2);
    }),
    new Promise<void>((resolve) => {
      setImmediate(() => {
        look();
        resolve();
      });
    }),
    Promise.resolve().then(look),
  ];
  block(STALL_MS);
  await Promise.all(looked);
  expect(seen).toEqual([false, false, false]);
  await locks.close();
});

test("C10: what is lost in a stall stays lost, though the server would still have kept it", async () => {
  const locks = await client();
  const lease = await locks.acquire("c10/stays");
  block(STALL_MS);
  expect(lease.held).toBe(false);
  const again = await locks.acquire("c10/stays");
  expect(again.fencingToken).toBeGreaterThan(lease.fencingToken);
  expect([lease.state, again.state]).toEqual(["lost", "held"]);
  expect(await lease.release()).toBe(false);
  expect(again.held).toBe(true);
  await locks.close();
});

test("C10: withLock rejects with LeaseLost when its function stood still for too long", async () => {
  const locks = await client();
  const stalled = locks.withLock("c10/with", () => {
    block(STALL_MS);
  });
  await expect(stalled).rejects.toBeInstanceOf(LeaseLost);
  await locks.close();
});
