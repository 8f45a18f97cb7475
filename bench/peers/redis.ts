import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { libraryVersion } from "./client-library.js";
import { TTL_MS, type Candidate, type Peer } from "./peer.js";
import { freePort, programVersion, startProcess } from "./server-process.js";

const POLL_MS = 50;
const POLL_JITTER_MS = 25;

const COMPARE_AND_DELETE = `
if redis.call("get", KEYS[1]) == ARGV[1] then return redis.call("del", KEYS[1]) else return 0 end
`;

type WithScript = Redis & { compareAndDelete(key: string, value: string): Promise<number> };

export const redis: Candidate = {
  name: "Redis",
  install: { apt: "redis-server" },
  means:
    "`SET key value NX PX`, and the script that deletes the key if the value is still one's own, by its digest, " +
    "as redlock does on one server; a caller that doesn't get the lock tries again every " +
    `${POLL_MS} ms, give or take ${POLL_JITTER_MS} (redlock itself: 200, give or take 100). ` +
    "Persistence off. ioredis as it comes for a caller alone, with automatic pipelining for many: each the faster. " +
    "Round trip: `PING`",
  promises: {
    "first come, first served": "no: whoever polls at the right moment; a caller may wait for ever",
    "fencing token": "no",
    "a holder learns of its loss": "no",
    "outlives the machine": "no: a replica may lack the newest locks",
  },
  start: startRedis,
};

async function startRedis(): Promise<Peer> {
  const versions = `redis-server ${programVersion("redis-server")}, ioredis ${await libraryVersion("ioredis")}`;
  const port = await freePort();
  const stop = await startProcess(port, "redis-server", [
    ...["--port", String(port), "--bind", "127.0.0.1"],
    ...["--save", "", "--appendonly", "no"],
  ]);
  const alone = openClient(port, false);
  const inCompany = openClient(port, true);
  let callers = 0;
  return {
    name: redis.name,
    versions,
    acquire: async (lock) => {
      const client = ++callers === 1 ? alone : inCompany;
      const value = await setValue(client, lock);
      return () => {
        callers--;
        return client.compareAndDelete(lock, value);
      };
    },
    roundTrip: () => alone.ping(),
    stop: async () => {
      alone.disconnect();
      inCompany.disconnect();
      await stop();
    },
  };
}

function openClient(port: number, enableAutoPipelining: boolean): WithScript {
  const client = new Redis({ port, enableAutoPipelining }) as WithScript;
  client.defineCommand("compareAndDelete", { numberOfKeys: 1, lua: COMPARE_AND_DELETE });
  return client;
}

async function setValue(client: WithScript, lock: string): Promise<string> {
  const value = randomUUID();
  while ((await client.set(lock, value, "PX", TTL_MS, "NX")) === null) {
    await sleep(POLL_MS + (Math.random() * 2 - 1) * POLL_JITTER_MS);
  }
  return value;
}
