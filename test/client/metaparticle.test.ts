import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import {
  connect,
  Election,
  Lock,
  Unavailable,
  type HeldLease,
  type LockClient,
  type Term,
} from "../../src/client/index.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Operator } from "./operator.js";

let server: ServerProcess;
let servers: string;
let client: LockClient;
let operator: Operator;
beforeAll(async () => {
  server = await startServer({
    config: "pools:\n  - {name: '*', maxlocks: 1}\n  - {name: 'gpu', maxlocks: 3}\n",
  });
  servers = `127.0.0.1:${server.port}`;
  client = await connect(servers);
  operator = await Operator.of(server.port);
});
afterAll(async () => {
  operator[Symbol.dispose]();
  await client.close();
  await server.stop();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A callback, the calls that came so far, and a promise for each. */
class Calls<T> {
  readonly calls: T[] = [];
  private waiting: (() => void) | undefined;

  constructor(private readonly then: (call: T) => unknown = () => undefined) {}

  readonly callback = (call: T): unknown => {
    this.calls.push(call);
    this.waiting?.();
    return this.then(call);
  };

  /** Resolves with the call of this number, from 1 on. */
  async number(count: number): Promise<T> {
    while (this.calls.length < count) await new Promise<void>((resolve) => (this.waiting = resolve));
    return this.calls[count - 1]!;
  }
}

async function isFree(name: string): Promise<boolean> {
  const { holderCount, waiterCount } = await client.inspect(name);
  return holderCount === 0 && waiterCount === 0;
}

/** Resolves when only the connections of `client` and `operator` are left. */
async function othersAreGone(): Promise<void> {
  await poll(async () => (await operator.stats()).connections).toBe(2n);
}

async function waits(name: string): Promise<void> {
  await poll(async () => (await client.inspect(name)).waiterCount).toBe(1);
}

/** A server takes its time where others run beside it. */
function poll<T>(look: () => T) {
  return expect.poll(look, { timeout: 30_000 });
}

describe("a Lock with callbacks", () => {
  it("is held from acquire to release, which really gives it back", async () => {
    const obtained = new Calls<HeldLease>();
    const lost = new Calls<HeldLease>();
    const lock = new Lock("one", { servers, onObtained: obtained.callback, onLost: lost.callback });
    expect(lock.held).toBe(false);
    expect(await lock.acquire()).toBe(true);
    expect(lock.held).toBe(true);
    expect(obtained.calls[0]?.fencingToken).toBeGreaterThan(0n);
    expect(await lock.release()).toBe(true);
    expect(await isFree("one")).toBe(true);
    expect([lock.held, await lock.release()]).toEqual([false, false]);
    expect(await lock.acquire()).toBe(true);
    await lock.release();
    expect([obtained.calls.length, lost.calls.length]).toEqual([2, 0]);
    await othersAreGone();
  });

  it("that somebody else has is not obtained without waiting, and is with it", async () => {
    const held = await client.acquire("taken");
    const lock = new Lock("taken", { client });
    expect(await lock.acquire(false)).toBe(false);
    const waiting = lock.acquire();
    await waits("taken");
    await held.release();
    expect(await waiting).toBe(true);
    await lock.release();
  });

  it("is not waited for any more once it is released", async () => {
    const held = await client.acquire("withdrawn");
    const lock = new Lock("withdrawn", { servers });
    const waiting = lock.acquire();
    await waits("withdrawn");
    expect(await lock.release()).toBe(false);
    expect(await waiting).toBe(false);
    await held.release();
    await poll(() => isFree("withdrawn")).toBe(true);
    const connecting = lock.acquire();
    expect(await lock.release()).toBe(false);
    expect(await connecting).toBe(false);
    await othersAreGone();
  });

  it("is not re-entrant", async () => {
    const lock = new Lock("again", { client });
    const first = lock.acquire();
    await expect(lock.acquire()).rejects.toThrow('this Lock of "again" is in use');
    expect(await first).toBe(true);
    await expect(lock.acquire(false)).rejects.toThrow('this Lock of "again" is in use');
    await lock.release();
  });

  it("tells of a loss once, and can be acquired again", async () => {
    const lost = new Calls<HeldLease>();
    const lock = new Lock("lost", { servers, onLost: lost.callback });
    for (const count of [1, 2]) {
      expect(await lock.acquire()).toBe(true);
      await operator.breakLease(await client.inspect("lost"));
      const lease = await lost.number(count);
      expect(lease.signal.reason).toMatchObject({ reason: "FORCE_RELEASED" });
      expect(lock.held).toBe(false);
      expect(await lock.release()).toBe(false);
    }
    expect(lost.calls.length).toBe(2);
    await othersAreGone();
  });

  it("whose server can't be reached is not held, and can be acquired later", async () => {
    await using first = await startServer();
    const at = `127.0.0.1:${first.port}`;
    const other = await connect(at, { connectTimeout: "200ms" });
    await first.kill();
    const lock = new Lock("refused", { client: other });
    await expect(lock.acquire(false)).rejects.toBeInstanceOf(Unavailable);
    expect(lock.held).toBe(false);
    await using second = await startServer({ args: ["--listen", at] });
    expect(await lock.acquire()).toBe(true);
    await other.close();
    expect(lock.held).toBe(false);
    await second.stop();
  });

  it("goes on when a callback throws or rejects, and tells onError, or warns", async () => {
    const error = new Error("mine");
    const rejecting = new Lock("rejects", { client, onObtained: () => Promise.reject(error) });
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    expect(await rejecting.acquire()).toBe(true);
    expect(warned.mock.calls).toEqual([[error]]);
    await rejecting.release();

    const told = new Calls<unknown>();
    const throwing = new Lock("throws", {
      client,
      onObtained: () => {
        throw error;
      },
      onError: told.callback,
    });
    expect(await throwing.acquire()).toBe(true);
    expect(told.calls).toEqual([error]);
    await throwing.release();
  });
});

describe("an Election with callbacks", () => {
  it("is won, lost and won again, and each loss is told once", async () => {
    const elected = new Calls<Term>();
    const lost = new Calls<Term>();
    const election = new Election("terms", elected.callback, lost.callback, { servers, value: "10.0.0.7" });
    const running = election.run();
    expect(election.run()).toBe(running);
    for (const count of [1, 2, 3]) {
      const term = await elected.number(count);
      expect(term).toMatchObject({ held: true, value: "10.0.0.7" });
      await operator.breakLease(term);
      expect(await lost.number(count)).toBe(term);
      expect(term.signal.reason).toMatchObject({ reason: "FORCE_RELEASED" });
    }
    await elected.number(4);
    await election.shutdown();
    await running;
    expect(lost.calls).toEqual(elected.calls);
    expect(await isFree("terms")).toBe(true);
    await othersAreGone();
  });

  it("that is shut down tells its loss before the next one is elected, who doesn't wait for the callback", async () => {
    const order: string[] = [];
    const first = new Calls<Term>();
    const never = new Calls<Term>((term) => {
      order.push(`first lost, ${term.state}`);
      return new Promise(() => undefined);
    });
    const second = new Calls<Term>(() => order.push("second elected"));
    const one = new Election("two", first.callback, never.callback, { servers });
    const other = new Election("two", second.callback, () => undefined, { client });
    void one.run();
    await first.number(1);
    const running = other.run();
    await waits("two");
    await one.shutdown();
    await second.number(1);
    expect(order).toEqual(["first lost, held", "second elected"]);
    await other.shutdown();
    await running;
  });

  it("goes on when callbacks throw or never settle", async () => {
    const error = new Error("mine");
    const elected = new Calls<Term>(() => new Promise(() => undefined));
    const lost = new Calls<Term>(() => {
      throw error;
    });
    const told = new Calls<unknown>(() => {
      throw error;
    });
    const warned = vi.spyOn(process, "emitWarning").mockReturnValue();
    const options = { client, onError: told.callback };
    const election = new Election("throws", elected.callback, lost.callback, options);
    void election.run();
    await operator.breakLease(await elected.number(1));
    await elected.number(2);
    await election.shutdown();
    expect(lost.calls.length).toBe(2);
    expect(told.calls).toEqual([error, error]);
    expect(warned).toHaveBeenCalledTimes(2);
  });

  it("tells the end of a term that was resigned, and stands again", async () => {
    const elected = new Calls<Term>();
    const lost = new Calls<Term>();
    const election = new Election("resigned", elected.callback, lost.callback, { client });
    void election.run();
    const term = await elected.number(1);
    await term.resign();
    expect(await lost.number(1)).toBe(term);
    expect((await elected.number(2)).fencingToken).toBeGreaterThan(term.fencingToken);
    await election.shutdown();
    expect(lost.calls.length).toBe(2);
  });

  it("may be shut down by its own callback, while it waits, and when it doesn't run", async () => {
    const lost = new Calls<Term>();
    const own: Election = new Election("own", () => own.shutdown(), lost.callback, { client });
    await own.run();
    expect(lost.calls.length).toBe(1);
    await own.shutdown();

    const held = await client.acquire("own");
    const waiting = own.run();
    await waits("own");
    await own.shutdown();
    await waiting;
    await held.release();
    expect(lost.calls.length).toBe(1);
    await poll(() => isFree("own")).toBe(true);
  });

  it("waits for a server that isn't there yet", async () => {
    await using first = await startServer();
    const at = `127.0.0.1:${first.port}`;
    await first.kill();
    const elected = new Calls<Term>();
    const election = new Election("later", elected.callback, () => undefined, { servers: at });
    void election.run();
    await using second = await startServer({ args: ["--listen", at] });
    await elected.number(1);
    await election.shutdown();
    await second.stop();
  });

  it("ends with the client that it was given, having told the loss", async () => {
    const other = await connect(servers);
    const elected = new Calls<Term>();
    const lost = new Calls<Term>();
    const election = new Election("client", elected.callback, lost.callback, { client: other });
    const running = election.run();
    running.catch(() => undefined);
    const term = await elected.number(1);
    await other.close();
    expect(await lost.number(1)).toBe(term);
    await expect(running).rejects.toMatchObject({ reason: "CLOSED" });
  });

  it("rejects when the server refuses for good", async () => {
    const election = new Election("gpu", vi.fn(), vi.fn(), { servers });
    await expect(election.run()).rejects.toMatchObject({ reason: "INVALID_ARGUMENT" });
    await election.shutdown();
  });
});
