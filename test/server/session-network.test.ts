import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Proxy } from "../network/proxy.js";
import { Program } from "../process/program.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller, failure, seconds } from "./caller.js";
import { event } from "./event-stream.js";
import { SessionCaller } from "./session-caller.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({ args: ["--listen", "127.0.0.1:0", "--keepalive", "1s"] });
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

describe("C63: a session that the network swallowed", () => {
  test.each([
    ["both ways", ["toServer", "toClient"]],
    ["on its way to the server", ["toServer"]],
  ] as const)(
    "%s keeps its leases for the ttl since its newest message, whatever its grace",
    async (how, way) => {
      using proxy = await Proxy.to(server.port);
      const far = new Caller(proxy.port);
      const name = `n/${how}`;
      const session = new SessionCaller(far.locks, { ttl: seconds(4) });
      await session.take(name);
      const spoke = performance.now();
      await session.ping();
      proxy.swallow(...way);
      // The keepalive gives the connection up long before.
      await ann.wait({ name }).until(event("granted"));
      expect(performance.now() - spoke).toBeGreaterThan(3_990);
      far.close();
    },
  );

  test("for a moment only has lost nothing", async () => {
    await using patient = await startServer();
    using proxy = await Proxy.to(patient.port);
    const far = new Caller(proxy.port);
    const session = new SessionCaller(far.locks);
    const { leaseId } = await session.take("n/blip");
    proxy.swallow();
    const pong = session.ping();
    proxy.resume();
    await pong;
    expect(await session.release(leaseId)).toBe(true);
    far.close();
  });

  test("gets the answers late that were swallowed, and they say what the server heard meanwhile", async () => {
    await using patient = await startServer();
    using proxy = await Proxy.to(patient.port);
    const far = new Caller(proxy.port);
    const near = new Caller(patient.port);
    const session = new SessionCaller(far.locks);
    const { leaseId } = await session.take("n/late");
    proxy.swallow("toClient");
    const [asked, pong] = [session.release(leaseId), session.ping()];
    await near.wait({ name: "n/late" }).until(event("granted"));
    expect(session.kept).toBeLessThan(3);
    proxy.resume();
    expect([await asked, await pong]).toEqual([true, 4]);
    near.close();
    far.close();
  });
});

describe("a client process", () => {
  test("C2: that is killed loses at once what it held and waited for", async () => {
    const [holder, waiter] = [client("n/killed"), client("n/killed")];
    await ann.inspectUntil("n/killed", (lock) => lock.holderCount + lock.waiterCount === 2);
    const next = ann.wait({ name: "n/killed" });
    expect(await next.until(event("queued"))).toMatchObject({ position: 2 });
    holder.kill("SIGKILL");
    waiter.kill("SIGKILL");
    await next.until(event("granted"));
  });

  test("C63: that is frozen loses it at the end of the ttl, though its connection never closed", async () => {
    const frozen = client("n/frozen");
    await ann.inspectUntil("n/frozen", ({ holderCount }) => holderCount === 1);
    const next = ann.wait({ name: "n/frozen" });
    await next.until(event("queued"));
    frozen.kill("SIGSTOP");
    await next.until(event("granted"));
    frozen.kill("SIGKILL");
  });
});

describe("C12: a client whose messages do not arrive", () => {
  test("is told in the end by the server, where its answers do", async () => {
    await using patient = await startServer();
    using proxy = await Proxy.to(patient.port);
    const far = new Caller(proxy.port);
    const session = new SessionCaller(far.locks, { ttl: seconds(1) });
    await session.take("n/c12");
    proxy.swallow("toServer");
    expect(failure((await session.status) as never)).toMatchObject({ code: 9, reason: "SESSION_LOST" });
    far.close();
  });
});

/** A process with a session without grace that waits for a lock, holds it, and pings. */
function client(name: string): Program {
  const gen = new URL("../../dist/gen/distributex/v1/", import.meta.url);
  const script = `
    import { credentials } from "@grpc/grpc-js";
    import { LockServiceClient } from ${JSON.stringify(new URL("lock_service.js", gen).href)};
    import { SessionRequest } from ${JSON.stringify(new URL("session.js", gen).href)};
    const locks = new LockServiceClient("127.0.0.1:${server.port}", credentials.createInsecure());
    const stream = locks.session().on("error", () => process.exit(1)).resume();
    let seq = 0;
    const send = (message) => stream.write(SessionRequest.fromJSON({ ...message, seq: ++seq }));
    const acquire = { name: ${JSON.stringify(name)}, waitTimeout: { seconds: 3600 } };
    send({ open: { ttl: { seconds: 2 } }, operations: [{ id: 1, acquire }] });
    setInterval(send, 200, {});
  `;
  return new Program(process.execPath, ["--input-type=module"], { stdin: script });
}
