import { credentials } from "@grpc/grpc-js";
import { LockServiceClient, WaitRequest, type WaitResponse } from "../gen/distributex/v1/lock_service.js";
import { startServer } from "./serve.js";
import { percentile, printTable } from "./table.js";

const WAITERS = 50;
const HAND_OFFS = 2_000;

/**
 * One lock, 50 waiters on streams: the time from the Release call to the next waiter's `granted`. Beside it the time
 * of an Inspect, the same way there and back, within the same run.
 */
export async function benchHandOff(): Promise<void> {
  const server = startServer("serve-locks.js");
  const client = new LockServiceClient(`127.0.0.1:${await server.port}`, credentials.createInsecure());
  const handOffs: number[] = [];
  const roundTrips: number[] = [];
  await new Promise<void>((resolve, reject) => {
    let releasedAt = 0;
    const granted = (leaseId: string): void => {
      if (releasedAt !== 0) handOffs.push(performance.now() - releasedAt);
      if (handOffs.length === HAND_OFFS) {
        resolve();
        return;
      }
      void roundTrip(client).then((ms) => {
        roundTrips.push(ms);
        waitForLock(client, granted, reject);
        releasedAt = performance.now();
        client.release({ leaseId }, (error) => {
          if (error !== null) reject(error);
        });
      }, reject);
    };
    for (let i = 0; i < WAITERS; i++) waitForLock(client, granted, reject);
  });
  server.stop();
  const row = (what: string, samples: readonly number[]): Record<string, string | number> => ({
    what,
    "p50 ms": percentile(samples, 0.5),
    "p99 ms": percentile(samples, 0.99),
  });
  printTable(`hand-off on one lock with ${WAITERS} waiters, ${HAND_OFFS} times`, [
    row("Release to next granted", handOffs),
    row("Inspect, there and back", roundTrips),
  ]);
}

function waitForLock(
  client: LockServiceClient,
  granted: (leaseId: string) => void,
  failed: (error: Error) => void,
): void {
  const stream = client.wait(WaitRequest.create({ name: "bench/hand-off" }));
  stream.on("data", ({ event }: WaitResponse) => {
    if (event?.$case === "granted") granted(event.value.lease?.leaseId ?? "");
  });
  stream.on("error", failed);
}

function roundTrip(client: LockServiceClient): Promise<number> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    client.inspect({ name: "bench/hand-off", leaseId: "" }, (error) => {
      if (error === null) resolve(performance.now() - start);
      else reject(error);
    });
  });
}
