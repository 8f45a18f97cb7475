import type { LockError } from "../contract/errors.js";
import { Chain, type Link } from "./chain.js";
import type { Policy } from "./policy.js";

// The types of core, all in one place; docs/architecture.md draws the states they go through.
// Instants are milliseconds of the engine's monotonic clock, durations milliseconds, `Infinity` is never.

export type Mode = "exclusive" | "shared";

/** A label for people. */
export interface Owner {
  readonly host: string;
  readonly label: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What somebody asks for; never changes. */
export interface Request {
  readonly mode: Mode;
  /** Units of the capacity; 1 when shared. */
  readonly weight: number;
  readonly ttlMs: number;
  /** The ttl as it was asked for; undefined: whatever the pool says. */
  readonly askedTtlMs: number | undefined;
  readonly owner: Owner;
  readonly requestId: string | undefined;
  /** What the holder publishes at first. */
  readonly value: string;
  /** It stands for election: by Campaign, or by having a value. */
  readonly election: boolean;
  /** The lease is to live as long as its call. */
  readonly hold: boolean;
  /** The authenticated caller; empty where there are no access rules. */
  readonly principal: string;
}

/** Something with a moment at which it is over, kept in the engine's one deadline structure. */
export interface Due {
  /** When; `Infinity`: never. */
  dueAt: number;
  /** Its place in the deadline structure; -1: it is not there. */
  dueIndex: number;
}

/** What the engine ties a request to: who is to be told, and the session it lives in. Core only hands it on. */
export class Bond {
  constructor(
    readonly caller: object,
    readonly session: SessionLife | undefined,
  ) {}
}

/** What core knows of a session. */
export interface SessionLife {
  /** When it ends, and all that lives in it; `Infinity` while only its stream keeps it. */
  readonly dueAt: number;
  /** How its leases end when it does. */
  readonly ending: Ending;
}

// Tickets, leases and locks are classes for the garbage collector's sake: it takes what object literals make for
// long-lived once many of them were, and then collects the short-lived ones late and dearly.

/** A queued request. `dueAt` is the end of its patience. */
export class Ticket implements Due, Link<Ticket> {
  readonly kind = "ticket";
  dueIndex = -1;
  prev: Ticket | undefined = undefined;
  next: Ticket | undefined = undefined;
  /** Its place among what its session waits for; the engine's. */
  bagIndex = -1;

  constructor(
    readonly id: string,
    readonly lock: Lock,
    readonly request: Request,
    /** Belongs to the last call that named it. */
    public bond: Bond,
    readonly enqueuedAt: number,
    public dueAt: number,
    /** Its place when places were last told; 1 is next. */
    public position: number,
  ) {}
}

/** One grant. `dueAt` is when it ends unless renewed; a session's lease ends only by `holdUntil`. */
export class Lease implements Due, Link<Lease> {
  readonly kind = "lease";
  ttlMs: number;
  /** What it publishes as leader. */
  value: string;
  /** The most that renewals can reach: the pool's `maxhold` from the grant. */
  readonly holdUntil: number;
  /** A renewal has reached `holdUntil` and was answered so. */
  atMaxHold = false;
  /** Its holder has been told of it. */
  told = false;
  dueAt: number;
  dueIndex = -1;
  prev: Lease | undefined = undefined;
  next: Lease | undefined = undefined;
  /** Its place among what its session holds; the engine's. */
  bagIndex = -1;

  constructor(
    readonly id: string,
    readonly lock: Lock,
    readonly request: Request,
    public bond: Bond,
    readonly token: bigint,
    readonly acquiredAt: number,
  ) {
    this.ttlMs = request.ttlMs;
    this.value = request.value;
    this.holdUntil = acquiredAt + lock.policy.maxHoldMs;
    // A session's lease lives as long as its session.
    this.dueAt =
      bond.session === undefined ? Math.min(acquiredAt + request.ttlMs, this.holdUntil) : this.holdUntil;
  }
}

/** Units that stay taken with nobody holding them. `dueAt` is when they come free. */
export interface Delay extends Due {
  readonly kind: "delay";
  readonly lock: Lock;
  readonly mode: Mode;
  readonly weight: number;
}

/** One lock: its holders, its queue, and the units that lock delays keep. */
export class Lock {
  /** False: a reload left no pool that covers it. Holders keep what they have, nobody joins. */
  covered = true;
  /** The highest token granted; 0 when none was since the engine began to keep this lock. */
  lastToken = 0n;
  readonly holders = new Chain<Lease>();
  readonly queue = new Chain<Ticket>();
  delays: Set<Delay> | undefined = undefined;
  /** When the last of the delays is over. */
  delayedUntil = 0;
  /** Units that EXCLUSIVE leases and delays take. */
  exclusiveUnits = 0;
  /** SHARED leases and delays. */
  sharedCount = 0;
  /** Its place in the engine's list of locks; -1: it is not there. */
  slot = -1;
  /** Of its name, by the engine's table, and who comes behind it there. */
  hash = 0;
  nextInBucket: Lock | undefined = undefined;
  /** Finds entries by request id where there are too many to look through. */
  byRequestId: Map<string, Ticket | Lease> | undefined = undefined;

  constructor(
    readonly name: string,
    public policy: Policy,
  ) {}
}

/** Why a lease ended. All but `released` are abnormal and start the lock delay. */
export type Ending =
  "released" | "expired" | "max-hold" | "broken" | "session-lost" | "engine-lost" | "shutting-down";

/** Why a ticket left the queue without the lock. */
export type Leaving = "timed-out" | "cancelled" | LockError;

/** What a transition did, in order; the engine tells it to whom it concerns. */
export type Happening =
  | { readonly kind: "granted"; readonly lease: Lease; readonly ticket: Ticket | undefined }
  | { readonly kind: "ended"; readonly lease: Lease; readonly how: Ending; readonly delay: Delay | undefined }
  | { readonly kind: "left"; readonly ticket: Ticket; readonly why: Leaving }
  /** The ticket is at the head and fits, but another replica keeps it. */
  | { readonly kind: "next"; readonly ticket: Ticket }
  /** More at the head may be granted than was in one go; `grantMore` goes on. */
  | { readonly kind: "unfinished"; readonly lock: Lock };

/** What core must not know by itself: time, identity, and which tickets this engine may grant. */
export interface Granting {
  readonly now: number;
  /** The lowest token that may be granted now: the engine's floor, or its clock in microseconds. */
  tokenFloor(): bigint;
  /** A fresh secret id for a ticket and the lease it may become. */
  newId(): string;
  mine(ticket: Ticket): boolean;
  /** Nobody is there any more to use a grant to this ticket. */
  abandoned(ticket: Ticket): boolean;
  /** The engine has room for one more waiter. */
  roomToWait(): boolean;
}

/** Nobody holds it, nobody waits, no delay runs: it need not be kept. */
export function isIdle(lock: Lock): boolean {
  return lock.holders.size === 0 && lock.queue.size === 0 && lock.delays === undefined;
}
