import assert from "node:assert/strict";
import { LockError } from "../../../src/contract/errors.js";
import type { GrantedLease, SessionHandle } from "../../../src/engine/engine.js";
import type { MemoryEngine } from "../../../src/engine/memory/engine.js";
import type { Asked } from "../../contract/asked.js";
import { pool } from "../../contract/harness.js";
import { OWNER, rid } from "../../contract/world.js";
import type { FakeTime } from "../fake-time.js";
import { LOCKS, type Command } from "./commands.js";
import { Heard, Heir } from "./heard.js";
import { kept, makeMemory, NOTHING_KEPT } from "./make.js";
import { Model, type Ask, type Entry, type ModelPool, type ModelSession } from "./model.js";

const FIRST_POOL: ModelPool = { capacity: 2, lockDelayMs: 0, maxHoldMs: Infinity, maxWaiters: 5 };
/** An operation ends so many overdue things before it begins; the rest is the alarm's. */
const DUE_BEFORE_OPERATION = 15;

/** Who is told, in the engine and in the model: of one acquire, or of the leases that were resumed together. */
interface Call {
  readonly number: number;
  readonly asked: Asked;
  readonly ask: CallAsk | undefined;
}

type Acquire = Call & { readonly ask: CallAsk };

type CallAsk = Omit<Ask, "session"> & { readonly session: Session | undefined };

interface Session {
  readonly handle: SessionHandle;
  readonly model: ModelSession;
  seq: number;
  toldEnded: number;
}

/** One run of commands through the engine and the model side by side, compared after each. */
export class Run {
  private readonly engine: MemoryEngine;
  private readonly time: FakeTime;
  private readonly faults: readonly unknown[];
  private readonly model: Model;
  private readonly calls: Call[] = [];
  private readonly sessions: Session[] = [];
  private readonly changed = new Set<number>();
  /** By the number of the call that made them. */
  private readonly leases = new Map<string, GrantedLease>();
  private readonly lastToken = new Map<string, bigint>();
  private readonly tokens = new Set<string>();
  private highest = 0n;

  constructor(microsRun: boolean) {
    const harness = makeMemory({ pools: enginePools(LOCKS.map(() => FIRST_POOL)) });
    this.engine = harness.engine;
    this.time = harness.time;
    this.faults = harness.faults;
    this.time.microsRun = microsRun;
    const pools = new Map<string, ModelPool>(LOCKS.map((lock) => [lock, FIRST_POOL]));
    this.model = new Model(this.time.now(), pools, new Set(LOCKS));
  }

  do(command: Command): void {
    this.beLate(command.lateMs);
    this.apply(command);
    this.time.turn();
    this.model.settle();
    this.compare();
  }

  /** Everybody goes; nothing may be left. */
  finish(): void {
    for (const { handle, model } of this.sessions) {
      handle.streamLost("gone");
      this.model.streamLost(model, "gone");
    }
    for (const { number, asked } of this.calls) {
      asked.pending.cancel();
      this.model.cancel(number);
    }
    this.time.advance(120_000);
    this.model.advance(120_000);
    this.compare();
    assert.deepEqual(kept(this.engine), NOTHING_KEPT);
  }

  private apply(command: Command): void {
    const { engine, model, time } = this;
    switch (command.kind) {
      case "acquire":
        this.acquire(this.askOf(command));
        break;
      case "retry": {
        const named = this.acquires().filter(({ ask }) => ask.requestId !== undefined);
        const again = named.at(-1 - command.pick);
        if (again === undefined) break;
        const { patienceMs } = command;
        const session = again.ask.session === undefined ? undefined : this.sessionFor(command.session);
        this.acquire({ ...again.ask, patienceMs, session });
        break;
      }
      case "cancel":
        this.withAcquire(command.pick, ({ asked, number }) => {
          asked.pending.cancel();
          model.cancel(number);
        });
        break;
      case "release":
        this.withLease(command.pick, (lease, entry) => {
          assert.equal(engine.release(lease.id), model.release(entry), "whether it was held");
        });
        break;
      case "renew":
        this.withLease(command.pick, (lease, entry) => {
          const outcome = refusalOf(() => engine.renew(lease.id, command.ttlMs));
          assert.equal(outcome, model.renew(entry, command.ttlMs), "renewal");
        });
        break;
      case "forceRelease":
        this.withLease(command.pick, (lease, entry) => {
          const { name } = lease.lock;
          const token = command.isStale ? 1n : lease.token;
          const outcome = refusalOf(() => engine.forceRelease(name, token, ""));
          const meant = command.isStale ? undefined : entry;
          assert.equal(outcome, model.forceRelease(name, meant), "force release");
        });
        break;
      case "openSession":
        this.openSession(command.ttlMs, command.graceMs);
        break;
      case "streamLost":
        this.withSession(command.pick, ({ handle, model: session }) => {
          handle.streamLost(command.how);
          if (!session.ended) model.streamLost(session, command.how);
        });
        break;
      case "heard":
        this.withSession(command.pick, (session) => {
          session.handle.heard(++session.seq);
          model.heard(session.model, session.seq);
        });
        break;
      case "resume":
        this.withSession(command.pick, (session) => {
          this.resume(session, command.leases);
        });
        break;
      case "close":
        this.withSession(command.pick, ({ handle, model: session }) => {
          handle.close();
          model.close(session);
        });
        break;
      case "setPools":
        engine.setPools(enginePools(command.pools));
        model.setPools(modelPools(command.pools));
        break;
      case "advance":
        time.advance(command.ms);
        model.advance(command.ms);
        break;
      case "advanceToNext": {
        const ms = Math.max(0, model.nextEnd() - model.now);
        if (ms === Infinity) break;
        time.advance(ms);
        model.advance(ms);
        break;
      }
      case "ringLate":
        time.jump(command.ms);
        time.ring();
        model.now += command.ms;
        break;
    }
  }

  private askOf({
    lock,
    mode,
    weight,
    ttlMs,
    patienceMs,
    ...others
  }: Command & { kind: "acquire" }): CallAsk {
    const session = this.sessionFor(others.session);
    const requestId = others.requestId === undefined ? undefined : rid(`n${others.requestId}`);
    return { lock: LOCKS[lock]!, mode, weight, ttlMs, patienceMs, requestId, session };
  }

  /** Calls come in on streams that live; now and then a session has ended all the same. */
  private sessionFor(pick: number | undefined): Session | undefined {
    if (pick === undefined) return undefined;
    const isUsable = ({ model }: Session): boolean =>
      pick === 7 ? model.ended : !model.streamLost && !model.ended;
    return this.sessions.filter(isUsable).at(-1 - (pick % 3));
  }

  private openSession(ttlMs: number, graceMs: number): void {
    const model = {
      ttlMs,
      graceMs,
      endsAt: Infinity,
      streamLost: false,
      ended: false,
      kept: 0,
      toldEnded: 0,
    };
    this.model.sessions.push(model);
    const ended = (): void => {
      session.toldEnded++;
    };
    const session = { handle: this.engine.openSession(ttlMs, graceMs, ended), model, seq: 0, toldEnded: 0 };
    this.sessions.push(session);
  }

  /** Names some of the last leases, whoever has them or had them, and one that never was. */
  private resume({ handle, model }: Session, picks: readonly number[]): void {
    const number = this.calls.length;
    const heir = new Heir(number, this.changed);
    this.calls.push({ number, asked: heir, ask: undefined });
    const named = picks.flatMap((pick) => this.holderAt(pick) ?? []);
    const ids = ["l0_none", ...named.map(({ asked }) => asked.lease.id)];
    const entries = named.map(({ asked }) => this.entryOf(asked.lease));
    let resumed: readonly GrantedLease[] = [];
    const outcome = refusalOf(() => (resumed = handle.resume(ids, heir) as readonly GrantedLease[]));
    const expected = this.model.resume(number, model, entries);
    assert.deepEqual(
      outcome === "none" ? resumed.map(({ request }) => request.owner.label) : outcome,
      typeof expected === "string" ? expected : expected.map(({ madeBy }) => String(madeBy)),
      "resumed leases",
    );
    for (const lease of resumed) assert.equal(lease, this.leases.get(lease.request.owner.label));
  }

  private acquire(ask: CallAsk): void {
    const { lock, session, ...common } = ask;
    const number = this.calls.length;
    const asked = new Heard(number, this.changed, (lease) => {
      this.checkGrant(lease);
    });
    this.calls.push({ number, asked, ask });
    const ttlMs = session?.model.ttlMs ?? ask.ttlMs;
    const owner = { ...OWNER, label: String(number) };
    const order = { ...common, ttlMs, name: lock, owner, value: "", election: false, principal: "" };
    asked.pending = this.engine.acquire({ ...order, session: session?.handle }, asked);
    this.model.acquire(number, { ...common, ttlMs, lock, session: session?.model });
    const queue = this.model.queueOf(lock);
    const place = queue.findIndex((entry) => entry.caller === number) + 1;
    if (place > 0) assert.deepEqual(asked.places, [[place, queue.length]], "first place told");
  }

  /** Promise 3, and promise 1 once more, from what the engine itself says. */
  private checkGrant(lease: GrantedLease): void {
    const { lock, token } = lease;
    this.leases.set(lease.request.owner.label, lease);
    if (this.tokens.has(`${lock.name} ${token}`)) return;
    this.tokens.add(`${lock.name} ${token}`);
    const micros = this.time.micros();
    assert.ok(token > (this.lastToken.get(lock.name) ?? 0n), "tokens of a lock rise");
    assert.ok(token >= micros, "a token is at least the clock's microseconds");
    // Each call can have had one grant at most, perhaps undone before anybody was told.
    const mostGrants = BigInt(this.calls.length);
    const most = (micros > this.highest ? micros : this.highest) + mostGrants;
    assert.ok(token <= most, "a token is no higher than need be");
    this.lastToken.set(lock.name, token);
    if (token > this.highest) this.highest = token;
  }

  private compare(): void {
    const { engine, model } = this;
    assert.deepEqual(this.faults, []);
    for (const lock of LOCKS) this.compareLock(lock);
    for (const { asked, number } of this.changedCalls()) {
      assert.ok(matches(asked.told, model.told.get(number) ?? []), this.difference(number));
    }
    for (const { handle, model: session, toldEnded } of this.sessions) {
      assert.deepEqual([handle.kept, toldEnded], [session.kept, session.toldEnded], "kept, told of its end");
    }
    const { locks, exclusiveLeases, sharedLeases, waiters, sessions, timedOut, cancelled, ...rest } =
      engine.stats();
    const modes = model.leases.map(({ ask }) => ask.mode);
    assert.deepEqual(
      { locks, exclusiveLeases, sharedLeases, waiters, sessions },
      {
        locks: LOCKS.filter((lock) => model.isKept(lock)).length,
        exclusiveLeases: modes.filter((mode) => mode === "exclusive").length,
        sharedLeases: modes.filter((mode) => mode === "shared").length,
        waiters: model.tickets.length,
        sessions: model.sessions.filter(({ ended }) => !ended).length,
      },
    );
    this.compareCounts({ ...rest, timedOut, cancelled });
  }

  private compareCounts(stats: Record<keyof Model["counts"], number>): void {
    const { counts, ties } = this.model;
    assert.equal(stats.timedOut + stats.cancelled, counts.timedOut + counts.cancelled, "tickets that left");
    assert.equal(stats.expired + stats.orphaned, counts.expired + counts.orphaned, "leases that ran out");
    for (const what of Object.keys(counts) as (keyof Model["counts"])[]) {
      assert.ok(Math.abs(stats[what] - counts[what]) <= ties, `${what}: ${stats[what]}, not ${counts[what]}`);
    }
  }

  private compareLock(lock: string): void {
    const { engine, model } = this;
    if (!model.isKept(lock) && !model.covered.has(lock)) {
      assert.equal(
        refusalOf(() => engine.inspect({ name: lock })),
        "UNKNOWN_POOL",
      );
      return;
    }
    const view = engine.inspect({ name: lock });
    assert.equal(view.capacity, model.poolOf(lock).capacity);
    assert.equal(view.lockDelayRemainingMs, model.delayRemaining(lock), "lock delay");
    assert.deepEqual(
      view.holders.map(({ owner, remainingMs }) => [owner.label, remainingMs]),
      model
        .holdersOf(lock)
        .map(({ madeBy, endsAt, session }) => [
          String(madeBy),
          Math.min(endsAt, session?.endsAt ?? Infinity) - model.now,
        ]),
      `holders of ${lock}`,
    );
    assert.deepEqual(
      view.waiters.map(({ owner, position }) => [owner.label, position]),
      model.queueOf(lock).map(({ madeBy }, i) => [String(madeBy), i + 1]),
      `queue of ${lock}`,
    );
    for (const entry of model.holdersOf(lock)) this.compareRemaining(entry);
  }

  private compareRemaining({ madeBy, session, endsAt }: Entry): void {
    const { now } = this.model;
    const ofSession = session === undefined ? Infinity : Math.min(session.ttlMs, session.endsAt - now);
    const lease = this.leases.get(String(madeBy))!;
    const expected = session?.streamLost === true ? session.endsAt - now : ofSession;
    assert.equal(this.engine.timesOf(lease).remainingMs, Math.min(expected, endsAt - now), "remaining");
  }

  private changedCalls(): Call[] {
    const numbers = new Set([...this.changed, ...this.model.changed]);
    this.changed.clear();
    this.model.changed.clear();
    return [...numbers].map((number) => this.calls[number]!);
  }

  private difference(number: number): string {
    const told = this.calls[number]!.asked.told.join(", ");
    return `call ${number} was told [${told}], not [${(this.model.told.get(number) ?? []).join(", ")}]`;
  }

  private beLate(ms: number): void {
    this.time.jump(ms);
    this.model.now += ms;
    if (this.model.countOver() <= DUE_BEFORE_OPERATION) return;
    this.time.ring();
    this.model.settle();
  }

  private acquires(): Acquire[] {
    return this.calls.filter((call): call is Acquire => call.ask !== undefined);
  }

  private withAcquire(pick: number, act: (call: Acquire) => void): void {
    const call = this.acquires().at(-1 - pick);
    if (call !== undefined) act(call);
  }

  private withSession(pick: number, act: (session: Session) => void): void {
    const session = this.sessions.at(-1 - pick);
    if (session !== undefined) act(session);
  }

  /** One of the last leases granted, perhaps over by now. */
  private withLease(pick: number, act: (lease: GrantedLease, entry: Entry | undefined) => void): void {
    const holder = this.holderAt(pick);
    if (holder !== undefined) act(holder.asked.lease, this.entryOf(holder.asked.lease));
  }

  private holderAt(pick: number): Call | undefined {
    return this.calls.filter(({ asked }) => asked.told.includes("granted")).at(-1 - pick);
  }

  private entryOf(lease: GrantedLease): Entry | undefined {
    return this.model.leases.find(({ madeBy }) => String(madeBy) === lease.request.owner.label);
  }
}

function matches(told: readonly string[], expected: readonly string[]): boolean {
  let i = 0;
  for (const options of expected.map((text) => text.split("|"))) {
    if (options.includes(told[i] ?? "\0")) i++;
    else if (!options.includes("")) return false;
  }
  return i === told.length;
}

function refusalOf(act: () => unknown): string {
  try {
    act();
    return "none";
  } catch (error) {
    if (error instanceof LockError) return error.reason;
    throw error;
  }
}

function enginePools(pools: readonly (ModelPool | undefined)[]): ReturnType<typeof pool>[] {
  return LOCKS.flatMap((name, i) => (pools[i] === undefined ? [] : [pool({ name, ...pools[i] })]));
}

function modelPools(pools: readonly (ModelPool | undefined)[]): Map<string, ModelPool> {
  return new Map(LOCKS.flatMap((name, i) => (pools[i] === undefined ? [] : [[name, pools[i]] as const])));
}
