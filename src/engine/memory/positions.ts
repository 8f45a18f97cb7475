import type { Due, Lock, Ticket } from "../../core/lock.js";

/** How many waiters are told their place every second; those behind them every so many seconds. */
const NEAR = 100;
const NEAR_EVERY_MS = 1_000;
const FAR_EVERY_PASSES = 10;
/** Waiters told in one turn of the event loop. */
const SLICE = 1_000;

/** Tells waiters their places as queues move: in passes, so that a moving queue costs no more than a still one. */
export class Positions implements Due {
  readonly kind = "positions";
  dueAt = Infinity;
  dueIndex = -1;
  private readonly near = new Set<Lock>();
  private readonly far = new Set<Lock>();
  private passes = 0;

  constructor(
    /** Takes a run of waiters, and how many wait before the first of them. */
    private readonly tell: (tickets: readonly Ticket[], from: number) => void,
    private readonly soon: (run: () => void) => void,
  ) {}

  /** Somebody left this queue. True: a pass is now due that was not before. */
  moved(lock: Lock, now: number): boolean {
    if (lock.queue.size === 0) return false;
    this.near.add(lock);
    if (lock.queue.size > NEAR) this.far.add(lock);
    if (this.dueAt !== Infinity) return false;
    this.dueAt = now + NEAR_EVERY_MS;
    return true;
  }

  /** One pass; afterwards `dueAt` says when the next one is due. */
  pass(now: number): void {
    const everyone = ++this.passes % FAR_EVERY_PASSES === 0;
    this.tellSlice(runsOf(everyone ? [...this.far] : [], [...this.near]));
    if (everyone) this.far.clear();
    this.near.clear();
    this.dueAt = this.far.size > 0 ? now + NEAR_EVERY_MS : Infinity;
  }

  private tellSlice(runs: Iterator<Run, undefined>): void {
    for (let told = 0; told < SLICE;) {
      const run = runs.next().value;
      if (run === undefined) return;
      this.tell(run.tickets, run.from);
      told += run.tickets.length;
    }
    this.soon(() => {
      this.tellSlice(runs);
    });
  }
}

/** Waiters one behind the other, and how many wait before the first of them. */
interface Run {
  readonly tickets: readonly Ticket[];
  readonly from: number;
}

function* runsOf(far: readonly Lock[], near: readonly Lock[]): Generator<Run, undefined> {
  for (const lock of far) {
    const tickets = ticketsOf(lock, Infinity);
    for (let from = 0; from < tickets.length; from += SLICE) {
      yield { tickets: tickets.slice(from, from + SLICE), from };
    }
  }
  for (const lock of near) yield { tickets: ticketsOf(lock, NEAR), from: 0 };
}

/** A waiter's place as it is now; far back, where counting would cost too much, as it was last told. */
export function placeOf(ticket: Ticket): number {
  let place = 1;
  for (let ahead = ticket.prev; ahead !== undefined; ahead = ahead.prev) {
    if (++place > NEAR) return Math.min(ticket.position, ticket.lock.queue.size);
  }
  return place;
}

function ticketsOf(lock: Lock, most: number): Ticket[] {
  const tickets: Ticket[] = [];
  for (const ticket of lock.queue) if (tickets.push(ticket) >= most) break;
  return tickets;
}
