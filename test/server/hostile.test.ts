import { connect } from "node:net";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { AdminServiceService } from "../../gen/distributex/v1/admin_service.js";
import {
  AcquireRequest,
  AcquireResponse,
  LockServiceService,
} from "../../gen/distributex/v1/lock_service.js";
import { WaitRequest } from "../../gen/distributex/v1/lock_service.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failure, seconds } from "./caller.js";

let server: ServerProcess;
let good: Caller;
let evil: Client;

beforeAll(async () => {
  server = await startServer({ config: "pools:\n  - name: good/*\n  - name: evil/*\n    maxexpire: 1h\n" });
  good = new Caller(server.port);
  evil = new Client(`127.0.0.1:${server.port}`, credentials.createInsecure());
});

afterAll(async () => {
  good.close();
  evil.close();
  expect(await server.stop()).toMatchObject({ code: 0 });
});

interface Attack {
  readonly path: string;
  readonly request: Buffer;
}

const METHODS = [...Object.values(LockServiceService), ...Object.values(AdminServiceService)];
const UNARY = METHODS.filter((method) => !method.requestStream && !method.responseStream);
const ACQUIRE = LockServiceService.acquire.path;
const bytes = (buffer: Buffer): Buffer => buffer;

const LONG_SECONDS = 2n ** 63n - 1n;

/** Requests that no server may accept, as bytes. The large ones are rare: they cost time, not thought. */
const faulty = fc.oneof(
  { weight: 300, arbitrary: fc.uint8Array({ maxLength: 200 }).map(anyRequest) },
  {
    weight: 100,
    arbitrary: acquires({ name: fc.constantFrom("", "evil/\u0000", "evil/\uFFFD", "evil/e\u0301", "no") }),
  },
  { weight: 100, arbitrary: acquires({ ttl: durations(-LONG_SECONDS - 1n, -1n) }) },
  { weight: 100, arbitrary: acquires({ ttl: durations(3601n, LONG_SECONDS) }) },
  { weight: 100, arbitrary: acquires({ waitTimeout: durations(2n ** 40n, LONG_SECONDS) }) },
  {
    weight: 100,
    arbitrary: acquires({ mode: fc.integer({ min: 3, max: 2 ** 31 - 1 }) as fc.Arbitrary<never> }),
  },
  { weight: 100, arbitrary: acquires({ weight: fc.integer({ min: 2, max: 2 ** 32 - 1 }) }) },
  { weight: 100, arbitrary: acquires({ requestId: fc.string({ minLength: 65, maxLength: 100 }) }) },
  { weight: 5, arbitrary: acquires({ name: fc.constant("n".repeat(1_000_000)) }) },
  { weight: 5, arbitrary: acquires({ value: fc.constant("v".repeat(2_000_000)) }) },
);

function anyRequest(array: Uint8Array): Attack {
  return { path: UNARY[array.length % UNARY.length]!.path, request: Buffer.from(array) };
}

function durations(min: bigint, max: bigint) {
  return fc.record({ seconds: fc.bigInt(min, max), nanos: fc.integer() });
}

function acquires(fault: {
  [Key in keyof AcquireRequest]?: fc.Arbitrary<AcquireRequest[Key]>;
}): fc.Arbitrary<Attack> {
  const made = fc.record(fault);
  return made.map((fields) => {
    const request = AcquireRequest.create({ name: "evil/x", ...fields });
    return { path: ACQUIRE, request: Buffer.from(AcquireRequest.encode(request).finish()) };
  });
}

describe("a hostile client", () => {
  test("10,000 malformed requests get typed errors and change nothing, while others are served", async () => {
    const requests = fc.sample(faulty, { numRuns: 10_000, seed: 20261120 });
    let over = false;
    const served = serveMeanwhile(() => over);
    try {
      for (let from = 0; from < requests.length; from += 100) {
        const errors = await Promise.all(requests.slice(from, from + 100).map(attack));
        for (const error of errors)
          if (error !== null) expect(failure(error).reason, error.message).not.toBe("");
      }
    } finally {
      over = true;
      expect(await served).toBeGreaterThan(100);
    }
    expect(await good.stats()).toMatchObject({ locks: 0n, waiters: 0n, sessions: 0n });
  });

  test("a message larger than gRPC itself takes is refused too", async () => {
    const error = await attack({ path: ACQUIRE, request: Buffer.alloc(5_000_000) });
    expect(error).toMatchObject({ code: 8 });
  });

  test("bytes that are no UTF-8 are refused, not turned into another name", async () => {
    const request = Buffer.from([10, 7, 101, 118, 105, 108, 47, 0xc3, 0x28]);
    const error = await attack({ path: ACQUIRE, request });
    expect(failure(error!)).toMatchObject({ reason: "INVALID_NAME", field: "name" });
  });

  test("a flood of streams, cancelled as fast as they come, leaves nothing", async () => {
    const holder = await good.take("good/flooded");
    const request = Buffer.from(
      WaitRequest.encode(WaitRequest.create({ name: "good/flooded", hold: true })).finish(),
    );
    for (let round = 0; round < 10; round++) {
      // Some are cancelled before they are sent, some when they are in the queue, some in between.
      const queued = Array.from({ length: 500 }, (_, i) => {
        const stream = evil.makeServerStreamRequest(LockServiceService.wait.path, bytes, bytes, request);
        stream.on("error", () => undefined);
        if (i % 10 === 0) stream.cancel();
        return new Promise<void>((resolve) => {
          stream.on("status", () => {
            resolve();
          });
          stream.on("data", () => {
            stream.cancel();
          });
          if (i % 3 === 0)
            setImmediate(() => {
              stream.cancel();
            });
        });
      });
      await Promise.all(queued);
    }
    await good.inspectUntil("good/flooded", ({ waiterCount }) => waiterCount === 0);
    await good.release(holder.leaseId);
    const stats = await good.statsUntil(({ sessions }) => sessions === 0n);
    expect(stats).toMatchObject({ locks: 0n, waiters: 0n });
  });

  test("bytes that are no HTTP/2 close their connection and nothing else", async () => {
    const garbage = [
      "GET / HTTP/1.0\r\n\r\n",
      "g foo\n",
      "\u0000".repeat(1_000),
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxx",
    ];
    for (const text of garbage) {
      await new Promise((resolve) => {
        const socket = connect(server.port, "127.0.0.1", () => socket.write(text));
        socket
          .on("error", () => undefined)
          .on("close", resolve)
          .resume();
        socket.setTimeout(100, () => socket.destroy());
      });
    }
    const lease = await good.take("good/after");
    expect(await good.release(lease.leaseId)).toBe(true);
  });
});

describe("C64: a reader that does not read", () => {
  test("is ended with SLOW_READER, and keeps nobody from being served", async () => {
    const slow = new Caller(server.port);
    const watching = slow.watch("good/");
    await watching.next();
    watching.pause();
    const owner = { host: "h".repeat(250), label: "l".repeat(250), metadata: {} };
    for (let i = 0; i < 7_000; i++) {
      const { leaseId } = await good.take("good/watched", { owner });
      await good.release(leaseId);
    }
    expect(await good.stats()).toMatchObject({ observers: 0n });
    watching.resume();
    expect(await watching.status).toMatchObject({ code: 8 });
    slow.close();
  });
});

/** Sends bytes as they are. What an accident makes a valid request is undone. */
async function attack({ path, request }: Attack): Promise<ServiceError | null> {
  return new Promise((resolve) => {
    evil.makeUnaryRequest(path, bytes, bytes, request, (error, response) => {
      if (error !== null || path !== ACQUIRE) {
        resolve(error);
        return;
      }
      const { lease } = AcquireResponse.decode(response!);
      if (lease === undefined) resolve(null);
      else
        void good.release(lease.leaseId).then(() => {
          resolve(null);
        });
    });
  });
}

/** A well-behaved client's work; resolves with how often it was served. */
async function serveMeanwhile(over: () => boolean): Promise<number> {
  let count = 0;
  for (; !over(); count++) {
    const { leaseId } = await good.take("good/x", { ttl: seconds(30) });
    expect(await good.release(leaseId)).toBe(true);
  }
  return count;
}
