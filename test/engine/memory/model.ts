// What section "Promises" of the design says about locks, as plainly as it can be said: a few lists, looked through
// from the start each time. Slow, and meant to be: it must be obviously right.

export type Mode = "exclusive" | "shared";

export interface ModelPool {
  readonly capacity: number;
  readonly lockDelayMs: number;
  readonly maxHoldMs: number;
  readonly maxWaiters: number;
}

export interface ModelSession {
  readonly ttlMs: number;
  readonly graceMs: number;
  endsAt: number;
  streamLost: boolean;
  ended: boolean;
  /** The newest message that counts. */
  kept: number;
  /** How often whoever has its stream was told that it ended. */
  toldEnded: number;
}

export interface Ask {
  readonly lock: string;
  readonly mode: Mode;
  readonly weight: number;
  readonly ttlMs: number;
  readonly patienceMs: number;
  readonly requestId: string | undefined;
  readonly session: ModelSession | undefined;
}

/** Somebody's request, first in a queue, then perhaps a lease. */
export interface Entry {
  readonly ask: Ask;
  /** The number of the call that made it, and of the last call that named it. */
  readonly madeBy: number;
  caller: number;
  session: ModelSession | undefined;
  ttlMs: number;
  endsAt: number;
  holdUntil: number;
  /** A renewal has reached `holdUntil`; further ones are refused. */
  atMaxHold: boolean;
}

interface Delay {
  readonly lock: string;
  readonly mode: Mode;
  readonly weight: number;
  readonly until: number;
}

export class Model {
  leases: Entry[] = [];
  tickets: Entry[] = [];
  delays: Delay[] = [];
  sessions: ModelSession[] = [];
  /** What each call was told; `a|b`: either, an empty one: perhaps nothing. */
  readonly told = new Map<number, string[]>();
  readonly changed = new Set<number>();
  readonly counts = {
    granted: 0,
    contended: 0,
    timedOut: 0,
    cancelled: 0,
    refused: 0,
    released: 0,
    renewed: 0,
    expired: 0,
    orphaned: 0,
    broken: 0,
  };
  /** How often two ends fell together, so that either may be told and counted. */
  ties = 0;

  constructor(
    public now: number,
    /** By lock; a lock that no pool covers any more keeps the one it had. */
    readonly pools: Map<string, ModelPool>,
    readonly covered: Set<string>,
  ) {}

  acquire(caller: number, ask: Ask): void {
    const justGranted = this.settleAndGrant();
    const live = this.entriesOf(ask.lock).find((entry) => entry.ask.requestId === ask.requestId);
    if (ask.session?.ended === true) this.refuse(caller, "SESSION_LOST");
    else if (ask.requestId !== undefined && live !== undefined) this.repeat(caller, ask, live, justGranted);
    else this.enter(caller, ask);
  }

  cancel(caller: number): void {
    const isAnswered = this.told.has(caller);
    const lease = this.settleAndGrant().find((entry) => entry.caller === caller);
    const ticket = this.tickets.find((entry) => entry.caller === caller);
    if (ticket !== undefined) {
      this.leave(ticket);
      this.counts.cancelled++;
    } else if (lease !== undefined) this.end(lease, "released");
    // An answer that only came up just now it does not want to hear any more.
    if (!isAnswered) this.told.delete(caller);
    this.serve();
  }

  release(lease: Entry | undefined): boolean {
    this.settle();
    if (lease === undefined || !this.leases.includes(lease)) return false;
    this.end(lease, "released");
    this.serve();
    return true;
  }

  renew(lease: Entry | undefined, ttlMs: number | undefined): string {
    this.settle();
    if (lease === undefined || !this.leases.includes(lease)) return "LEASE_NOT_HELD";
    if (lease.session === undefined) {
      if (lease.atMaxHold) return "MAX_HOLD";
      lease.ttlMs = ttlMs ?? lease.ttlMs;
      lease.endsAt = Math.max(lease.endsAt, Math.min(this.now + lease.ttlMs, lease.holdUntil));
      lease.atMaxHold = lease.holdUntil !== Infinity && lease.endsAt === lease.holdUntil;
    }
    this.counts.renewed++;
    return "none";
  }

  forceRelease(lock: string, lease: Entry | undefined): string {
    this.settle();
    if (!this.isKept(lock) && !this.covered.has(lock)) return "UNKNOWN_POOL";
    if (lease?.ask.lock !== lock || !this.leases.includes(lease)) return "STALE_FENCING_TOKEN";
    this.end(lease, "broken");
    this.serve();
    return "none";
  }

  heard(session: ModelSession, seq: number): void {
    this.settle();
    if (session.ended || session.streamLost) return;
    session.kept = seq;
    session.endsAt = this.now + session.ttlMs;
  }

  /** Takes over those of the leases that live in a session. */
  resume(caller: number, session: ModelSession, leases: readonly (Entry | undefined)[]): Entry[] | string {
    this.settle();
    if (session.ended) return "SESSION_LOST";
    const resumed = [...new Set(leases)].filter(
      (lease) => lease !== undefined && this.leases.includes(lease),
    );
    return (resumed as Entry[]).filter((lease) => {
      const older = { caller: lease.caller, session: lease.session };
      if (older.session === undefined) return false;
      lease.caller = caller;
      lease.session = session;
      if (older.session !== session) this.tell(older.caller, "lost: session-lost");
      this.leftSession(older.session);
      return true;
    });
  }

  close(session: ModelSession): void {
    const own = this.entriesIn(session).map(({ caller }) => ({
      caller,
      told: [...(this.told.get(caller) ?? [])],
    }));
    this.settle();
    if (session.ended) return;
    session.ended = true;
    // Of its leases nothing is told any more, not even what came up just now.
    for (const { caller, told } of own) {
      const news = (this.told.get(caller) ?? []).slice(told.length).filter((what) => what === "timed-out");
      this.told.set(caller, [...told, ...news]);
    }
    const isOthers = (entry: Entry): boolean => entry.session !== session;
    const [tickets, leases] = [this.tickets.filter(isOthers), this.leases.filter(isOthers)];
    this.counts.cancelled += this.tickets.length - tickets.length;
    this.counts.released += this.leases.length - leases.length;
    this.tickets = tickets;
    this.leases = leases;
    this.serve();
  }

  streamLost(session: ModelSession, how: "gone" | "silent"): void {
    this.settle();
    session.streamLost = true;
    session.endsAt = Math.min(session.endsAt, this.now + (how === "gone" ? session.graceMs : session.ttlMs));
    const tickets = this.tickets.filter((entry) => entry.session === session);
    if (how === "silent") for (const ticket of tickets) this.abandon(ticket);
    if (this.isEmpty(session)) session.endsAt = this.now;
    this.settle();
    this.serve();
  }

  setPools(pools: ReadonlyMap<string, ModelPool>): void {
    this.settle();
    this.covered.clear();
    for (const [lock, pool] of pools) {
      this.pools.set(lock, pool);
      this.covered.add(lock);
    }
    for (const ticket of [...this.tickets]) {
      const isCovered = this.covered.has(ticket.ask.lock);
      if (isCovered && ticket.ask.weight <= this.poolOf(ticket.ask.lock).capacity) continue;
      this.leave(ticket);
      this.refuse(ticket.caller, isCovered ? "INVALID_WEIGHT" : "UNKNOWN_POOL");
    }
    this.serve();
  }

  /** Time passes, and everything happens at its moment. */
  advance(ms: number): void {
    const until = this.now + ms;
    for (let at = this.nextEnd(); at <= until; at = this.nextEnd()) {
      this.now = Math.max(this.now, at);
      this.settle();
    }
    this.now = until;
  }

  /** The moment of the next end. */
  nextEnd(): number {
    return Math.min(Infinity, ...this.ends());
  }

  /** How many things are over that have not ended yet. */
  countOver(): number {
    return this.ends().filter((at) => at <= this.now).length;
  }

  /** Ends what is over by now, all in one instant, then serves the queues. */
  settle(): void {
    if (this.countOver() === 0) return;
    const isOver = (end: number): boolean => end <= this.now;
    for (const session of this.sessions) {
      if (session.ended || !isOver(session.endsAt)) continue;
      session.ended = true;
      if (!session.streamLost) session.toldEnded++;
    }
    for (const ticket of [...this.tickets]) {
      if (ticket.session?.ended === true) this.abandon(ticket);
      else if (isOver(ticket.endsAt)) this.timeOut(ticket);
    }
    for (const lease of [...this.leases]) {
      if (lease.session?.ended === true) this.end(lease, "session-lost");
      else if (isOver(lease.endsAt))
        this.end(lease, lease.endsAt === lease.holdUntil ? "max-hold" : "expired");
    }
    this.delays = this.delays.filter((delay) => !isOver(delay.until));
    this.serve();
  }

  /** The leases that were granted because something was over, and of which nobody has been told yet. */
  private settleAndGrant(): Entry[] {
    const before = [...this.leases];
    this.settle();
    return this.leases.filter((lease) => !before.includes(lease));
  }

  queueOf(lock: string): Entry[] {
    return this.tickets.filter((entry) => entry.ask.lock === lock);
  }

  holdersOf(lock: string): Entry[] {
    return this.leases.filter((entry) => entry.ask.lock === lock);
  }

  delayRemaining(lock: string): number {
    const untils = this.delays.filter((delay) => delay.lock === lock).map(({ until }) => until);
    return Math.max(0, Math.max(0, ...untils) - this.now);
  }

  poolOf(lock: string): ModelPool {
    return this.pools.get(lock)!;
  }

  /** Somebody holds it or waits for it, or a delay runs. */
  isKept(lock: string): boolean {
    return this.entriesOf(lock).length > 0 || this.delays.some((delay) => delay.lock === lock);
  }

  private ends(): number[] {
    const sessions = this.sessions.filter(({ ended }) => !ended).map(({ endsAt }) => endsAt);
    const delays = this.delays.map(({ until }) => until);
    return [...this.entries().map(({ endsAt }) => endsAt), ...delays, ...sessions].filter(
      (at) => at < Infinity,
    );
  }

  private entries(): Entry[] {
    return [...this.leases, ...this.tickets];
  }

  private entriesOf(lock: string): Entry[] {
    return this.entries().filter((entry) => entry.ask.lock === lock);
  }

  /** Promise 1, from the leases and delays there are. */
  private fits({ ask }: Entry): boolean {
    const taken = [...this.holdersOf(ask.lock).map((entry) => entry.ask), ...this.delays].filter(
      ({ lock }) => lock === ask.lock,
    );
    const exclusive = taken.filter(({ mode }) => mode === "exclusive");
    if (ask.mode === "shared") return exclusive.length === 0;
    if (exclusive.length < taken.length) return false;
    const units = exclusive.reduce((sum, { weight }) => sum + weight, 0);
    return units + ask.weight <= this.poolOf(ask.lock).capacity;
  }

  /** Promise 2: only ever the head. */
  private serve(): void {
    for (const lock of this.pools.keys()) {
      for (let head = this.queueOf(lock)[0]; head !== undefined; head = this.queueOf(lock)[0]) {
        if (!this.fits(head)) break;
        this.leave(head);
        this.grant(head);
      }
    }
  }

  private grant(entry: Entry): void {
    entry.holdUntil = this.now + this.poolOf(entry.ask.lock).maxHoldMs;
    entry.endsAt =
      entry.session === undefined ? Math.min(this.now + entry.ttlMs, entry.holdUntil) : entry.holdUntil;
    this.leases.push(entry);
    this.counts.granted++;
    this.tell(entry.caller, "granted");
  }

  private end(lease: Entry, how: "released" | "expired" | "max-hold" | "broken" | "session-lost"): void {
    this.leases = this.leases.filter((other) => other !== lease);
    const { lock, mode, weight } = lease.ask;
    const { lockDelayMs } = this.poolOf(lock);
    if (how !== "released" && lockDelayMs > 0) {
      this.delays.push({ lock, mode, weight, until: this.now + lockDelayMs });
    }
    const isTie = how === "session-lost" && lease.endsAt <= this.now;
    if (isTie) this.ties++;
    if (how === "session-lost") this.counts.orphaned++;
    else this.counts[how === "max-hold" ? "expired" : how]++;
    if (lease.session !== undefined) {
      this.tell(lease.caller, isTie ? "lost: session-lost|lost: max-hold" : `lost: ${how}`);
    }
  }

  private enter(caller: number, ask: Ask): void {
    const { capacity, maxWaiters } = this.poolOf(ask.lock);
    const queue = this.queueOf(ask.lock);
    const entry = this.entry(caller, ask);
    if (!this.covered.has(ask.lock)) this.refuse(caller, "UNKNOWN_POOL");
    else if (ask.weight > capacity || (ask.mode === "shared" && ask.weight > 1)) {
      this.refuse(caller, "INVALID_WEIGHT");
    } else if (queue.length === 0 && this.fits(entry)) this.grant(entry);
    else if (ask.patienceMs === 0) this.contend(caller);
    else if (queue.length >= maxWaiters) this.refuse(caller, "QUEUE_FULL");
    else this.tickets.push(entry);
  }

  private entriesIn(session: ModelSession): Entry[] {
    return this.entries().filter((entry) => entry.session === session);
  }

  private isEmpty(session: ModelSession): boolean {
    return this.entriesIn(session).length === 0;
  }

  /** One that lives on only for what has moved away need not. */
  private leftSession(session: ModelSession | undefined): void {
    if (session?.streamLost === true && this.isEmpty(session)) session.ended = true;
  }

  private repeat(caller: number, ask: Ask, entry: Entry, justGranted: readonly Entry[]): void {
    const same =
      entry.ask.mode === ask.mode &&
      entry.ask.weight === ask.weight &&
      entry.ask.ttlMs === ask.ttlMs &&
      (entry.ask.session === undefined) === (ask.session === undefined);
    if (!same) {
      this.refuse(caller, "REQUEST_ID_REUSED");
      return;
    }
    const older = { caller: entry.caller, session: entry.session };
    entry.caller = caller;
    entry.session = ask.session;
    this.leftSession(older.session);
    if (this.leases.includes(entry)) {
      if (justGranted.includes(entry)) this.correct(older.caller, "SUPERSEDED");
      else if (older.session !== undefined && older.session !== ask.session)
        this.tell(older.caller, "lost: session-lost");
      this.tell(caller, "granted");
      return;
    }
    this.tell(older.caller, "SUPERSEDED");
    entry.endsAt = this.now + ask.patienceMs;
    if (ask.patienceMs > 0) return;
    this.leave(entry);
    this.counts.cancelled++;
    this.contend(caller);
    this.serve();
  }

  private entry(caller: number, ask: Ask): Entry {
    const endsAt = this.now + ask.patienceMs;
    const { session, ttlMs } = ask;
    return { ask, madeBy: caller, caller, session, ttlMs, endsAt, holdUntil: Infinity, atMaxHold: false };
  }

  private leave(ticket: Entry): void {
    this.tickets = this.tickets.filter((other) => other !== ticket);
  }

  private timeOut(ticket: Entry): void {
    this.leave(ticket);
    this.counts.timedOut++;
    this.tell(ticket.caller, "timed-out");
  }

  /** Its client is gone. */
  private abandon(ticket: Entry): void {
    this.leave(ticket);
    this.counts.cancelled++;
    if (ticket.endsAt > this.now) return;
    this.ties++;
    this.tell(ticket.caller, "|timed-out");
  }

  private contend(caller: number): void {
    this.counts.contended++;
    this.tell(caller, "contended");
  }

  private refuse(caller: number, reason: string): void {
    this.counts.refused++;
    this.tell(caller, reason);
  }

  /** It was about to be told something else. */
  private correct(caller: number, what: string): void {
    this.told.get(caller)!.pop();
    this.tell(caller, what);
  }

  private tell(caller: number, what: string): void {
    const told = this.told.get(caller) ?? [];
    told.push(what);
    this.told.set(caller, told);
    this.changed.add(caller);
  }
}
