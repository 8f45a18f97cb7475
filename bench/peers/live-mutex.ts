import { dirname, join } from "node:path";
import { libraryPath, libraryVersion, loadLibrary } from "./client-library.js";
import { TTL_MS, type Candidate, type Peer } from "./peer.js";
import { freePort, startProcess } from "./server-process.js";

const PACKAGE = "live-mutex";

interface Client {
  ensure(): Promise<unknown>;
  acquire(key: string): Promise<{ readonly id: string }>;
  release(key: string, held: { readonly id: string }): Promise<unknown>;
  requestLockInfo(key: string, callback: (error: unknown, info: unknown) => void): void;
  setNoRecover(): void;
  close(): void;
  readonly emitter: { on(event: string, listener: () => void): void };
}

interface Library {
  readonly Client: new (options: object) => Client;
}

export const liveMutex: Candidate = {
  name: "live-mutex",
  install: { npm: PACKAGE },
  means:
    "its broker in a process of its own, which queues callers. Round trip: a request for the lock's info",
  promises: {
    "first come, first served": "yes, until a request times out and is repeated",
    "fencing token": "no",
    "a holder learns of its loss": "no",
    "outlives the machine": "no",
  },
  start: startLiveMutex,
};

async function startLiveMutex(): Promise<Peer> {
  const { Client } = (await loadLibrary(PACKAGE)) as Library;
  const port = await freePort();
  const broker = join(dirname(libraryPath(PACKAGE)), "lm-start-server.js");
  const stop = await startProcess(port, process.execPath, [broker], {
    live_mutex_host: "127.0.0.1",
    live_mutex_port: String(port),
  });
  const client = new Client({ host: "127.0.0.1", port, ttl: TTL_MS, lockRequestTimeout: TTL_MS });
  await client.ensure();
  return {
    name: liveMutex.name,
    versions: `${PACKAGE} ${await libraryVersion(PACKAGE)}, both ends`,
    acquire: async (lock) => {
      const { id } = await client.acquire(lock);
      return () => client.release(lock, { id });
    },
    roundTrip: (lock) =>
      new Promise((resolve, reject) => {
        client.requestLockInfo(lock, (error, info) => {
          if (error === null || error === undefined) resolve(info);
          else reject(new Error("live-mutex", { cause: error }));
        });
      }),
    stop: async () => {
      // The client warns about every connection that ends, and makes a new one unless told not to.
      client.emitter.on("warning", () => undefined);
      client.emitter.on("warning", () => undefined);
      client.setNoRecover();
      client.close();
      await stop();
    },
  };
}
