import type { AcquireWish } from "../../../src/client/session/acquire-operation.js";
import { DistributexError, Unavailable } from "../../../src/client/errors.js";
import type { HeldLease } from "../../../src/client/held-lease.js";
import type { Line, SessionStream, StreamListener, Switchboard } from "../../../src/client/session/line.js";
import { RequestIds } from "../../../src/client/session/request-ids.js";
import { Session } from "../../../src/client/session/session.js";
import type { SessionSettings } from "../../../src/client/session/settings.js";
import type { Alarm, Surroundings } from "../../../src/client/session/surroundings.js";
import { toWire } from "../../../src/contract/duration.js";
import {
  SessionLease,
  SessionRequest,
  SessionResponse,
  type OperationResult,
  type SessionOpened,
} from "../../../gen/distributex/v1/session.js";

/** A machine whose time stands still until the test moves it. */
export class FakeMachine implements Surroundings {
  time = 1_000_000;
  private readonly timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();
  private turns: (() => void)[] = [];
  /** What lies in the sockets: read once, after the next timer has rung and before its turn is over. */
  unread: (() => void) | undefined;

  now(): number {
    return this.time;
  }

  after(ms: number, callback: () => void): Alarm {
    const timer = { dueAt: this.time + Math.max(1, ms), callback };
    this.timers.add(timer);
    return { cancel: () => this.timers.delete(timer) };
  }

  afterThis(callback: () => void): void {
    this.turns.push(callback);
  }

  soon(callback: () => void): void {
    this.turns.push(callback);
  }

  random(): number {
    return 0.5;
  }

  /** Ends turns until nothing is left to be done now. */
  async settle(): Promise<void> {
    do {
      const turns = this.turns;
      this.turns = [];
      for (const turn of turns) turn();
      await new Promise((resolve) => setImmediate(resolve));
    } while (this.turns.length > 0);
  }

  /** Time passes; every timer rings in its turn. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    await this.settle();
    for (;;) {
      const next = [...this.timers]
        .filter(({ dueAt }) => dueAt <= until)
        .sort((a, b) => a.dueAt - b.dueAt)[0];
      if (next === undefined) break;
      this.time = Math.max(this.time, next.dueAt);
      this.timers.delete(next);
      next.callback();
      const { unread } = this;
      this.unread = undefined;
      unread?.();
      await this.settle();
    }
    this.time = Math.max(this.time, until);
  }

  /** Time passes while the program stands still. */
  stall(ms: number): void {
    this.time += ms;
  }

  get timersSet(): number {
    return this.timers.size;
  }
}

/** A stream as its server sees it. */
export class FakeStream implements SessionStream {
  readonly requests: SessionRequest[] = [];
  halfClosed = false;
  cancelled = false;

  constructor(private readonly listener: StreamListener) {}

  send(message: SessionRequest): void {
    this.requests.push(SessionRequest.decode(SessionRequest.encode(message).finish()));
  }

  end(): void {
    this.halfClosed = true;
  }

  cancel(): void {
    this.cancelled = true;
  }

  /** What the newest message has as its number. */
  get seq(): number {
    return this.requests.at(-1)?.seq ?? 0;
  }

  get open() {
    return this.requests[0]?.open;
  }

  /** All operations so far, as `[id, case, value]`. */
  get operations() {
    return this.requests.flatMap(({ operations }) => operations);
  }

  /** The newest operation of this case. */
  newest(kind: string) {
    const found = this.operations.findLast((operation) => operation.kind?.$case === kind);
    if (found === undefined) throw new Error(`no ${kind} was sent`);
    return found;
  }

  acquires(): string[] {
    return this.operations.flatMap(({ kind }) => (kind?.$case === "acquire" ? [kind.value.name] : []));
  }

  /** Says something; absent `kept`: nothing newer. */
  say(message: Partial<SessionResponse>): void {
    this.listener.received(
      SessionResponse.decode(SessionResponse.encode(SessionResponse.create(message)).finish()),
    );
  }

  opened(opened: Partial<SessionOpened> = {}): void {
    const { ttl, grace } = this.open!;
    this.say({
      kept: 1,
      opened: {
        sessionId: "s",
        leases: [],
        ttl,
        grace,
        pingInterval: undefined,
        maxInFlight: 1000,
        ...opened,
      },
    });
  }

  /** All messages so far are kept. */
  keep(): void {
    this.say({ kept: this.seq });
  }

  result(id: number, result: NonNullable<OperationResult["result"]>, kept = this.seq): void {
    this.say({ kept, results: [{ id, result }] });
  }

  grant(id: number, lease: Partial<SessionLease> = {}, kept = this.seq): void {
    this.result(id, { $case: "granted", value: leaseMessage({ leaseId: `l${id}`, ...lease }) }, kept);
  }

  fail(error: DistributexError | undefined = new Unavailable({ message: "connection lost" })): void {
    this.listener.ended(error);
  }
}

export function leaseMessage(lease: Partial<SessionLease>): SessionLease {
  return SessionLease.create({ fencingToken: 7n, ttl: toWire(30_000), holderCount: 1, ...lease });
}

/** Lines of which the test says whether they can be had. */
class FakeSwitchboard implements Switchboard {
  readonly streams: FakeStream[] = [];
  reachable = true;
  attempts = 0;
  /** How often a line was given up. */
  givenUp = 0;
  private current: Line | undefined;

  line(): Promise<Line> {
    this.attempts++;
    if (!this.reachable) return Promise.reject(new Unavailable({ message: "nobody there" }));
    this.current ??= {
      open: (listener) => {
        const stream = new FakeStream(listener);
        this.streams.push(stream);
        return stream;
      },
    };
    return Promise.resolve(this.current);
  }

  giveUp(line: Line): void {
    if (line !== this.current) throw new Error("a line was given up that is not in use");
    this.givenUp++;
    this.current = undefined;
  }
}

const WISH: Omit<AcquireWish, "name"> = {
  mode: "exclusive",
  weight: 1,
  waitMs: Infinity,
  value: "",
  signal: undefined,
  onQueued: undefined,
  orNull: false,
};

/** A session, its machine, and the server that the test plays. */
export class World {
  readonly machine = new FakeMachine();
  readonly switchboard = new FakeSwitchboard();
  readonly session: Session;

  constructor(settings: Partial<SessionSettings> = {}) {
    this.session = new Session(
      {
        owner: { host: "h", label: "l", metadata: {} },
        ttlMs: 30_000,
        graceMs: 10_000,
        connectTimeoutMs: 10_000,
        ...settings,
      },
      this.switchboard,
      new RequestIds(),
      this.machine,
    );
  }

  /** The newest stream. */
  get stream(): FakeStream {
    const stream = this.switchboard.streams.at(-1);
    if (stream === undefined) throw new Error("no stream was opened");
    return stream;
  }

  get streams(): number {
    return this.switchboard.streams.length;
  }

  /** Asks for a lock; what becomes of it is in `outcome` once it is settled. */
  async ask(name: string, wish: Partial<AcquireWish> = {}): Promise<Asked> {
    const asked = new Asked(this.session.acquire({ ...WISH, name, ...wish }));
    await this.machine.settle();
    return asked;
  }

  /** Asks for a lock and grants it. */
  async hold(name: string, message: Partial<SessionLease> = {}): Promise<HeldLease> {
    const asked = await this.ask(name);
    if (!this.session.confirmed) this.stream.opened();
    this.stream.grant(this.stream.newest("acquire").id, { leaseId: `lease_${name}`, ...message });
    await this.machine.settle();
    return asked.outcome as HeldLease;
  }
}

/** A promise whose outcome can be looked at. */
export class Asked {
  /** Undefined: it isn't settled. An error: it rejected. */
  outcome: unknown;

  /** What was acquired. */
  get lease(): HeldLease {
    return this.outcome as HeldLease;
  }

  constructor(readonly promise: Promise<unknown>) {
    promise.then(
      (value) => (this.outcome = value),
      (error: unknown) => (this.outcome = error),
    );
  }
}
