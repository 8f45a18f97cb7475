import type { LossReason } from "../lease-lost.js";
import type { GrantedLease } from "./granted-lease.js";

/** The leases that a session believes in: neither lost nor released. */
export class LeaseTable {
  private leases: GrantedLease[] = [];
  /** There from the first look until a lease joins: hardly ever is one looked for. */
  private byId: Map<string, GrantedLease> | undefined;
  /** Those whose pool has a `maxhold`. */
  private readonly limited = new Set<GrantedLease>();

  get size(): number {
    return this.leases.length;
  }

  get(leaseId: string): GrantedLease | undefined {
    this.byId ??= new Map(this.leases.map((lease) => [lease.leaseId, lease]));
    return this.byId.get(leaseId);
  }

  ids(): string[] {
    return this.leases.map(({ leaseId }) => leaseId);
  }

  add(lease: GrantedLease): void {
    lease.place = this.leases.push(lease) - 1;
    this.byId = undefined;
  }

  /** The lease ends then at the latest. */
  limit(lease: GrantedLease, holdUntil: number): void {
    lease.holdUntil = holdUntil;
    this.limited.add(lease);
  }

  remove(lease: GrantedLease): void {
    this.byId?.delete(lease.leaseId);
    this.takeOut(lease);
    if (lease.holdUntil !== Infinity) this.limited.delete(lease);
  }

  lose(lease: GrantedLease, reason: LossReason): void {
    this.remove(lease);
    lease.lose(reason);
  }

  /** All are lost. The table is empty before the first of their signals runs anybody's code. */
  loseAll(reason: LossReason): void {
    for (const lease of this.takeAll()) lease.lose(reason);
  }

  /** All are given back without a word, for the session is closed. */
  releaseAll(): void {
    for (const lease of this.takeAll()) lease.standing = "released";
  }

  /** Those that have been held for as long as their pool allows are lost. */
  loseOverdue(now: number): void {
    for (const lease of this.limited) if (lease.holdUntil <= now) this.lose(lease, "MAX_HOLD");
  }

  /** When the next one will have been held for as long as its pool allows; Infinity: none will. */
  get nextOverdueAt(): number {
    let next = Infinity;
    for (const { holdUntil } of this.limited) if (holdUntil < next) next = holdUntil;
    return next;
  }

  private takeOut(lease: GrantedLease): void {
    const { place } = lease;
    if (this.leases[place] !== lease) return;
    const last = this.leases.pop();
    if (last === undefined || last === lease) return;
    this.leases[place] = last;
    last.place = place;
  }

  private takeAll(): GrantedLease[] {
    const all = this.leases;
    this.leases = [];
    this.byId = undefined;
    this.limited.clear();
    return all;
  }
}
