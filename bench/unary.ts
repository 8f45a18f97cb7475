import { Client, credentials, makeGenericClientConstructor } from "@grpc/grpc-js";
import {
  AcquireRequest,
  type AcquireResponse,
  LockServiceClient,
} from "../gen/distributex/v1/lock_service.js";
import { ReleaseRequest, type ReleaseResponse } from "../gen/distributex/v1/lock_service.js";
import { ECHO } from "./echo.js";
import { startServer } from "./serve.js";
import { median, printTable } from "./table.js";

const PAIRS = 4_000;
const CALLERS = 32;
const ROUNDS = 9;

type Call = (name: string) => Promise<void>;

/**
 * Unary Acquire+Release through a real server process, against a bare echo service with messages of the same sizes:
 * what a pair costs over what gRPC itself costs. The two take turns within one run.
 */
export async function benchUnary(): Promise<void> {
  const servers = [startServer("serve-locks.js"), startServer("serve-echo.js")];
  const [locks, echo] = await Promise.all(servers.map(({ port }) => port));
  const lockPair = lockCalls(`127.0.0.1:${locks}`);
  const echoPair = echoCalls(`127.0.0.1:${echo}`);
  const rates: { locks: number; echo: number }[] = [];
  await rateOf(lockPair);
  await rateOf(echoPair);
  for (let i = 0; i < ROUNDS; i++)
    rates.push({ locks: await rateOf(lockPair), echo: await rateOf(echoPair) });
  for (const { stop } of servers) stop();
  printTable(
    `unary, ${CALLERS} callers on distinct locks, median of ${ROUNDS} interleaved rounds of ${PAIRS} pairs`,
    [
      {
        "Acquire+Release pairs/s": median(rates.map((rate) => rate.locks)),
        "echo pairs/s": median(rates.map((rate) => rate.echo)),
        "of echo": median(rates.map((rate) => rate.locks / rate.echo)),
      },
    ],
  );
}

async function rateOf(pair: Call): Promise<number> {
  const start = performance.now();
  let left = PAIRS;
  const caller = async (_: unknown, i: number): Promise<void> => {
    while (left-- > 0) await pair(`bench/unary-${i}`);
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return PAIRS / ((performance.now() - start) / 1000);
}

function lockCalls(address: string): Call {
  const client = new LockServiceClient(address, credentials.createInsecure());
  return async (name) => {
    const acquired = await new Promise<AcquireResponse>((resolve, reject) => {
      client.acquire(acquireRequest(name), (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
    const leaseId = acquired.lease?.leaseId ?? "";
    await new Promise<ReleaseResponse>((resolve, reject) => {
      client.release({ leaseId }, (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
  };
}

/** Sends the same requests; the echo server answers with fixed messages of the sizes that ours have. */
function echoCalls(address: string): Call {
  const Echo = makeGenericClientConstructor(ECHO, "Echo");
  const client = new Echo(address, credentials.createInsecure()) as Client;
  const call = (path: string, request: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const bytes = (buffer: Buffer): Buffer => buffer;
      client.makeUnaryRequest(path, bytes, bytes, Buffer.from(request), (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  return async (name) => {
    await call(ECHO.acquire.path, AcquireRequest.encode(acquireRequest(name)).finish());
    await call(
      ECHO.release.path,
      ReleaseRequest.encode({ leaseId: "l1_00112233445566778899aabbccddeeff" }).finish(),
    );
  };
}

function acquireRequest(name: string): AcquireRequest {
  return AcquireRequest.create({ name, owner: { host: "bench.example", label: "bench", metadata: {} } });
}
