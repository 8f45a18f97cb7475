import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { libraryVersion, loadLibrary } from "./client-library.js";
import { EtcdMutex, type EtcdClient } from "./etcd-mutex.js";
import { TTL_MS, type Candidate, type Peer } from "./peer.js";
import { freePort, programVersion, startProcess } from "./server-process.js";

const PROGRAM = "etcd";
const PACKAGE = "etcd3";

interface Library {
  readonly Etcd3: new (options: object) => EtcdClient;
}

export const etcd: Candidate = {
  name: "etcd",
  install: { apt: "etcd-server", npm: PACKAGE },
  means:
    "one member, through etcd3. Distinct locks: a transaction that creates the key if it is absent, on a lease that " +
    "all callers share; a release deletes the key. One lock: the recipe of etcd's own client, a key for each caller " +
    "under the lock's name; a caller whose key isn't the oldest watches the one before its own until that is " +
    "deleted. Its data in memory (tmpfs) where there is any, without fsync where etcd can. Round trip: a read of " +
    "one key",
  promises: {
    "first come, first served": "yes, with the recipe",
    "fencing token": "the revision that created the key, for callers who take it",
    "a holder learns of its loss": "its client does, for callers who listen to their lease",
    "outlives the machine": "yes, with three members; here there is one",
  },
  start: startEtcd,
};

async function startEtcd(): Promise<Peer> {
  const { Etcd3 } = (await loadLibrary(PACKAGE)) as Library;
  const versions = `etcd ${programVersion(PROGRAM)}, etcd3 ${await libraryVersion(PACKAGE)}`;
  const folder = await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "bench-etcd-"));
  const removeData = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const stop = await startProcess(port, PROGRAM, [
    ...["--data-dir", folder, "--logger", "zap", "--log-level", "error"],
    ...["--listen-client-urls", url, "--advertise-client-urls", url],
    ...["--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl],
    ...["--initial-cluster", `default=${peerUrl}`],
    ...(knowsNoFsync() ? ["--unsafe-no-fsync"] : []),
  ]);
  const client = new Etcd3({ hosts: url });
  const lease = client.lease(TTL_MS / 1000);
  const mutex = new EtcdMutex(client, await lease.grant());
  return {
    name: etcd.name,
    versions,
    acquire: (lock) => mutex.acquire(lock),
    acquireFree: (lock) => mutex.acquireFree(lock),
    roundTrip: (lock) => client.get(lock).string(),
    stop: async () => {
      lease.release();
      client.close();
      await stop();
      await removeData();
    },
  };
}

function knowsNoFsync(): boolean {
  return spawnSync(PROGRAM, ["--unsafe-no-fsync", "--version"]).status === 0;
}
