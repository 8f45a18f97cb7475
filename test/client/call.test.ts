import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  AcquireOutcome,
  AcquireRequest,
  AdminServiceService,
  DistributexError,
  InspectRequest,
  LockServiceService,
  openConnection,
  parseAddresses,
  serverStream,
  unary,
  Unavailable,
  WaitRequest,
  type Connection,
} from "../../src/client/stubs.js";
import { startServer, type ServerProcess } from "../process/server.js";

let server: ServerProcess;
let connection: Connection;
beforeAll(async () => {
  server = await startServer();
  connection = await openConnection(parseAddresses(`127.0.0.1:${server.port}`));
});
afterAll(async () => {
  connection.close();
  await server.stop();
});

function acquire(name: string, waitSeconds = 0n, signal?: AbortSignal) {
  const waitTimeout = { seconds: waitSeconds, nanos: 0 };
  return unary(connection, LockServiceService.acquire, AcquireRequest.create({ name, waitTimeout }), {
    signal,
  });
}

/** Resolves when the lock has so many waiters; every event of it makes us look. */
async function waitersBecome(name: string, count: number): Promise<void> {
  for await (const event of serverStream(connection, AdminServiceService.watchLocks, { prefix: name })) {
    expect(event.complete).toBe(true);
    const { lock } = await unary(connection, LockServiceService.inspect, InspectRequest.create({ name }));
    if (lock?.waiterCount === count) return;
  }
}

describe("a unary call", () => {
  it("gives the response, or the error with its reason and field", async () => {
    expect(await acquire("unary")).toMatchObject({
      outcome: AcquireOutcome.ACQUIRED,
      lease: { name: "unary" },
    });
    await expect(acquire("")).rejects.toMatchObject({ reason: "INVALID_NAME", field: "name" });
  });

  it("that is aborted leaves nothing, and rejects with the signal's reason", async () => {
    await acquire("aborted");
    const controller = new AbortController();
    const queued = waitersBecome("aborted", 1);
    const waiting = expect(acquire("aborted", 60n, controller.signal)).rejects.toThrow("enough");
    await queued;
    const left = waitersBecome("aborted", 0);
    controller.abort(new Error("enough"));
    await waiting;
    await left;
    await expect(acquire("aborted", 60n, controller.signal)).rejects.toThrow("enough");
  });

  it("has a deadline where one is given", async () => {
    await acquire("deadline");
    const request = AcquireRequest.create({ name: "deadline", waitTimeout: { seconds: 60n, nanos: 0 } });
    const call = unary(connection, LockServiceService.acquire, request, { deadlineMs: 50 });
    await expect(call).rejects.toMatchObject({ reason: "DEADLINE_EXCEEDED" });
  });
});

describe("a stream", () => {
  const wait = (name: string, signal?: AbortSignal) =>
    serverStream(connection, LockServiceService.wait, WaitRequest.create({ name }), { signal });

  it("is cancelled when the loop over it is left", async () => {
    await acquire("left");
    for await (const { event } of wait("left")) {
      expect(event?.$case).toBe("queued");
      break;
    }
    await waitersBecome("left", 0);
  });

  it("is cancelled when the loop over it throws", async () => {
    await acquire("thrown out");
    const loop = async () => {
      for await (const response of wait("thrown out")) throw new Error(response.event?.$case);
    };
    await expect(loop()).rejects.toThrow("queued");
    await waitersBecome("thrown out", 0);
  });

  it("ends by its signal while it waits for a message", async () => {
    await acquire("signalled");
    const controller = new AbortController();
    const loop = async () => {
      for await (const { event } of wait("signalled", controller.signal)) {
        if (event?.$case === "queued") controller.abort(new Error("enough"));
      }
    };
    await expect(loop()).rejects.toThrow("enough");
    await waitersBecome("signalled", 0);
  });

  it("ends with the error that the call ends with", async () => {
    const next = wait("").next();
    await expect(next).rejects.toBeInstanceOf(DistributexError);
    await expect(next).rejects.toMatchObject({ reason: "INVALID_NAME" });
  });
});

describe("a connection", () => {
  it("goes to the first address that answers", async () => {
    const address = `127.0.0.1:${server.port}`;
    const second = await openConnection(parseAddresses(`127.0.0.1:1,${address},127.0.0.1:2`));
    expect(second.address.port).toBe(server.port);
    second.close();
  });

  it("rejects with Unavailable when none does in time", async () => {
    const opening = openConnection(parseAddresses("127.0.0.1:1"), { connectTimeoutMs: 200 });
    await expect(opening).rejects.toBeInstanceOf(Unavailable);
    await expect(opening).rejects.toThrow("no server answered at 127.0.0.1:1 within 200ms");
  });

  it("waits for a server that comes within the time", async () => {
    await using gone = await startServer();
    await gone.stop();
    const address = `127.0.0.1:${gone.port}`;
    const opening = openConnection(parseAddresses(address), { connectTimeoutMs: 30_000 });
    await using back = await startServer({ args: ["--listen", address] });
    (await opening).close();
    await back.stop();
  });

  it("gives up by its signal", async () => {
    const opening = openConnection(parseAddresses("127.0.0.1:1"), { signal: AbortSignal.timeout(100) });
    await expect(opening).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("that lost its server fails calls with Unavailable", async () => {
    await using other = await startServer();
    const lost = await openConnection(parseAddresses(`127.0.0.1:${other.port}`));
    const stream = serverStream(lost, LockServiceService.observe, { name: "x" });
    await stream.next();
    const end = expect(stream.next()).rejects.toBeInstanceOf(Unavailable);
    await other.kill();
    await end;
    lost.close();
  });
});
