import { expect, test } from "vitest";
import type { Caller, GrantedLease, SessionHandle } from "../../../src/engine/engine.js";
import { kept, MemoryWorld, NOTHING_KEPT } from "./make.js";

const DAY_MS = 24 * 3_600_000;
const PING_MS = 3_000;
const CLIENTS = 20;
/** How many locks they share. */
const SHARED_LOCKS = 5;

test("C36: after a day of sessions that ping every 3 s, with locks and sessions that come and go, nothing has piled up", async () => {
  const world = new MemoryWorld();
  const { engine, time } = world;
  const clients = Array.from({ length: CLIENTS }, (_, i) => new Client(world, i));
  const holders = clients.map(({ lease }) => lease.token);
  const round = (number: number): void => {
    for (const client of clients) client.live(number);
    time.advance(PING_MS);
  };
  // All of them have come and gone once after so many rounds.
  for (let i = 0; i < 100; i++) round(i);
  const before = [kept(engine), counts(world)];
  for (let i = 0; i < DAY_MS / PING_MS; i++) round(i);
  expect([kept(engine), counts(world)]).toEqual(before);
  expect(clients.map(({ lease, losses }) => [lease.token, losses])).toEqual(
    holders.map((token) => [token, 0]),
  );
  expect(engine.stats().granted).toBeGreaterThan(DAY_MS / PING_MS);
  for (const client of clients) client.leave();
  time.advance(60_000);
  expect([kept(engine), engine.stats().sessions]).toEqual([NOTHING_KEPT, 0]);
  await world.engine.close();
});

/** What the statistics say of now. */
function counts({ engine }: MemoryWorld): object {
  const { locks, exclusiveLeases, sharedLeases, waiters, sessions } = engine.stats();
  return { locks, exclusiveLeases, sharedLeases, waiters, sessions };
}

/** A client that holds one lock all day, takes another now and then, and has its stream broken at times. */
class Client implements Caller {
  losses = 0;
  lease!: GrantedLease;
  private session: SessionHandle;
  private seq = 0;
  private taken: GrantedLease[] = [];

  constructor(
    private readonly world: MemoryWorld,
    private readonly number: number,
  ) {
    this.session = this.open();
    this.acquire(`own-${number}`, (lease) => (this.lease = lease));
  }

  live(round: number): void {
    this.session.heard(++this.seq);
    const turn = (round + this.number * 5) % 100;
    // It holds what it is granted for one round; others queue for the same meanwhile.
    for (const { id } of this.taken.splice(0)) void this.world.engine.release(id);
    if (turn % 10 === 0)
      this.acquire(`shared-${this.number % SHARED_LOCKS}`, (lease) => this.taken.push(lease));
    if (turn === 50) this.comeBack();
    if (turn === 70) this.loseAnother();
  }

  leave(): void {
    this.session.close();
  }

  granted(): void {
    throw new Error("not asked as itself");
  }

  notAcquired(): void {
    throw new Error("nobody here runs out of patience");
  }

  failed(error: Error): void {
    throw error;
  }

  lost(): void {
    this.losses++;
  }

  /** Its stream breaks: a newer session takes the lease over. */
  private comeBack(): void {
    const older = this.session;
    older.streamLost("gone");
    this.session = this.open();
    this.session.heard((this.seq = 1));
    const resumed = this.session.resume([this.lease.id], this) as readonly GrantedLease[];
    if (resumed[0] !== this.lease) throw new Error("the lease was not resumed");
    // The resuming itself is told to whoever had the lease: this client.
    this.losses--;
  }

  /** Another process of its host holds something, waits for something, and is never heard again. */
  private loseAnother(): void {
    const session = this.open();
    session.heard(1);
    const caller: Caller = {
      granted: () => undefined,
      notAcquired: () => undefined,
      failed: () => undefined,
    };
    for (const name of [`other-${this.number}`, `own-${this.number}`]) {
      this.world.engine.acquire({ ...this.world.order(name), session }, caller);
    }
  }

  private open(): SessionHandle {
    return this.world.engine.openSession(10_000, 5_000);
  }

  private acquire(name: string, granted: (lease: GrantedLease) => void): void {
    const { world, session } = this;
    world.engine.acquire(
      { ...world.order(name), session },
      {
        granted,
        notAcquired: () => undefined,
        failed: (error) => {
          this.failed(error);
        },
        lost: (_lease, how) => {
          if (how !== "released") this.lost();
        },
      },
    );
  }
}
