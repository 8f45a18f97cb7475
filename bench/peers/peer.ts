/** A running lock server and this process's one client of it. */
export interface Peer {
  readonly name: string;
  /** Of the server and of its client library. */
  readonly versions: string;
  /** Waits until the lock is held; resolves with what releases it. */
  readonly acquire: (lock: string) => Promise<Release>;
  /** The same for a lock that nobody has, where that can be had for less. */
  readonly acquireFree?: (lock: string) => Promise<Release>;
  /** The cheapest exchange with the server that its client library offers, while that lock is held. */
  readonly roundTrip: (lock: string) => Promise<unknown>;
  readonly stop: () => Promise<void>;
}

export type Release = () => Promise<unknown>;

/** A lock server that may or may not be installed. */
export interface Candidate {
  readonly name: string;
  readonly start: () => Promise<Peer>;
  /** The packages of what may be missing. */
  readonly install: { readonly apt?: string; readonly npm?: string };
  /** How acquire, release and the wait between them are done here. */
  readonly means: string;
  readonly promises: Promises;
}

/** What a caller gets beside the speed. */
export interface Promises {
  readonly "first come, first served": string;
  readonly "fencing token": string;
  readonly "a holder learns of its loss": string;
  readonly "outlives the machine": string;
}

/** A server's program or its client library isn't here. */
export class NotInstalled extends Error {}

/** A lease that no run here outlasts: nothing is renewed while the clock runs. */
export const TTL_MS = 60_000;
