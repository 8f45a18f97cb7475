import { LockError } from "../../contract/errors.js";
import { uncovered } from "../../core/end.js";
import { Lock } from "../../core/lock.js";
import type { Policy } from "../../core/policy.js";
import { delayUnits } from "../../core/units.js";
import { Pools } from "../pools.js";
import type { LockTable } from "./lock-table.js";

/** More units than any capacity: what `startdelay` keeps taken. */
const ALL_UNITS = 2 ** 32;

/** Where locks come from: those in use, and new ones under the pool that covers them. */
export class LockSource {
  pools: Pools;

  constructor(
    private readonly locks: LockTable,
    pools: readonly Policy[],
    private readonly maxLocks: number,
    /** Nothing is granted before this moment. */
    readonly grantsFrom: number,
  ) {
    this.pools = new Pools(pools);
  }

  policyOf(name: string): Policy {
    const policy = this.pools.find(name);
    if (policy === undefined) throw uncovered(name);
    return policy;
  }

  /** The lock in use, else one that may come into use; it is kept from its first grant or waiter on. */
  toUse(name: string, now: number): Lock {
    const kept = this.locks.get(name);
    if (kept !== undefined) return kept;
    if (this.locks.size >= this.maxLocks) {
      throw new LockError("TOO_MANY_LOCKS", `the server has ${this.locks.size} locks in use, its limit`);
    }
    return this.unused(name, now);
  }

  /** The lock as anyone may look at it, in use or not. */
  toSee(name: string, now: number): Lock {
    return this.locks.get(name) ?? this.unused(name, now);
  }

  electionToSee(name: string, now: number): Lock {
    const lock = this.toSee(name, now);
    const { capacity } = lock.policy;
    if (capacity === 1) return lock;
    throw new LockError(
      "INVALID_ARGUMENT",
      `an election needs a lock of capacity 1; this has ${capacity}`,
      "name",
    );
  }

  /** Before its first use; until `startdelay` is over all its units are taken, by nobody. */
  private unused(name: string, now: number): Lock {
    const lock = new Lock(name, this.policyOf(name));
    if (now < this.grantsFrom) delayUnits(lock, "exclusive", ALL_UNITS, this.grantsFrom);
    return lock;
  }
}
