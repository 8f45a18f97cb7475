import { onTestFinished } from "vitest";
import { LockError, type ErrorReason } from "../../src/contract/errors.js";
import type { Owner } from "../../src/core/lock.js";
import type { LockView } from "../../src/core/view.js";
import type {
  Answered,
  GrantedLease,
  LockEngine,
  LockPage,
  Order,
  SessionHandle,
} from "../../src/engine/engine.js";
import { Asked, Heir } from "./asked.js";
import type { Harness, MakeEngine, Setting } from "./harness.js";

export type Wish = Partial<Order> & { readonly onGranted?: () => void };

export interface Resumed {
  readonly heir: Heir;
  readonly leases: readonly GrantedLease[];
  readonly tokens: readonly bigint[];
}

export const OWNER: Owner = { host: "here", label: "test", metadata: {} };

/** A request id that is long enough. */
export function rid(text: string): string {
  return `request-${text}`.padEnd(16, "-");
}

/** An engine with short ways to ask it: what a test says is then the promise and little else. */
export class World {
  readonly engine: LockEngine;

  constructor(readonly harness: Harness) {
    this.engine = harness.engine;
  }

  /** Asks, and returns once it is answered or queued. */
  async ask(name: string, wish: Wish = {}): Promise<Asked> {
    const asked = this.begin(name, wish);
    await asked.first;
    return asked;
  }

  /** Asks, and returns at once. */
  begin(name: string, { onGranted, ...wish }: Wish = {}): Asked {
    const asked = new Asked(onGranted);
    asked.pending = this.engine.acquire({ ...this.order(name), ...wish }, asked);
    return asked;
  }

  /** Asks for what is there now, or not at all. */
  tryFor(name: string, wish: Wish = {}): Promise<Asked> {
    return this.ask(name, { ...wish, patienceMs: 0 });
  }

  /** Gets it at once; anything else is a fault of the test. */
  async hold(name: string, wish: Wish = {}): Promise<Asked> {
    const asked = await this.tryFor(name, wish);
    if (!asked.held) throw new Error(`expected ${name} to be granted, got ${asked.told.join(", ")}`);
    return asked;
  }

  /** Queues for it; anything else is a fault of the test. */
  async queue(name: string, wish: Wish = {}): Promise<Asked> {
    const asked = await this.ask(name, wish);
    if (asked.places.length === 0)
      throw new Error(`expected a place in the queue, got ${asked.told.join(", ")}`);
    return asked;
  }

  async release(asked: Asked): Promise<boolean> {
    const held = await this.engine.release(asked.lease.id);
    await this.harness.settle();
    return held;
  }

  async cancel(asked: Asked): Promise<void> {
    asked.pending.cancel();
    await this.harness.settle();
  }

  async renew(asked: Asked, ttlMs?: number): Promise<void> {
    await this.engine.renew(asked.lease.id, ttlMs);
  }

  remainingMs(asked: Asked): number {
    return this.engine.timesOf(asked.lease).remainingMs;
  }

  async streamLost(session: SessionHandle, how: "gone" | "silent"): Promise<void> {
    session.streamLost(how);
    await this.harness.settle();
  }

  async heard(session: SessionHandle, seq: number): Promise<void> {
    session.heard(seq);
    await this.harness.settle();
  }

  async close(session: SessionHandle): Promise<void> {
    session.close();
    await this.harness.settle();
  }

  /** Takes these leases over into the session; the heir is told of them from now on. */
  async resume(session: SessionHandle, ...held: readonly Asked[]): Promise<Resumed> {
    const heir = new Heir();
    const ids = held.map(({ lease }) => lease.id);
    const leases = await session.resume(ids, heir);
    await this.harness.settle();
    return { heir, leases, tokens: leases.map(({ token }) => token) };
  }

  async inspect(name: string): Promise<LockView> {
    return await this.engine.inspect({ name });
  }

  /** One page, while the engine's later turns go on. */
  async page(prefix: string, size: number, token: string): Promise<LockPage> {
    const page = this.engine.list(prefix, size, token);
    await this.harness.settle();
    return await page;
  }

  advance(ms: number): Promise<void> {
    return this.harness.advance(ms);
  }

  /** Lets time pass until what ends in so many milliseconds has ended, however late this engine may be. */
  outlive(ms: number): Promise<void> {
    return this.harness.advance(ms + this.harness.slackMs);
  }

  order(name: string): Order {
    return {
      name,
      mode: "exclusive",
      weight: 1,
      ttlMs: undefined,
      patienceMs: Infinity,
      owner: OWNER,
      requestId: undefined,
      value: "",
      election: false,
      principal: "",
      session: undefined,
    };
  }
}

/** Opens an engine for one test, and closes it afterwards. */
export function opener(make: MakeEngine): (setting?: Setting) => Promise<World> {
  return async (setting = {}) => {
    const harness = await make(setting);
    onTestFinished(() => harness.engine.close());
    return new World(harness);
  };
}

/** The reason of the error that this ends with. */
export async function refusal(answer: () => Answered<unknown>): Promise<ErrorReason | "none"> {
  try {
    await answer();
    return "none";
  } catch (error) {
    if (error instanceof LockError) return error.reason;
    throw error;
  }
}
