import type { HeldLease } from "../held-lease.js";
import { AcquireOperation, type AcquireWish, type Withdrawer } from "./acquire-operation.js";
import { closed } from "./failures.js";
import type { GrantedLease } from "./granted-lease.js";
import { LeaseTable } from "./lease-table.js";
import type { Switchboard } from "./line.js";
import { Link } from "./link.js";
import { OperationTable } from "./operation-table.js";
import { Proof } from "./proof.js";
import { ReleaseOperation } from "./release-operation.js";
import type { RequestIds } from "./request-ids.js";
import type { GrantListener } from "./results.js";
import type { SessionSettings } from "./settings.js";
import { promiseFor } from "./settling.js";
import type { Surroundings } from "./surroundings.js";

/** Leases that live together, over one stream after another. */
export class Session implements GrantListener, Withdrawer {
  private readonly leases = new LeaseTable();
  private readonly proof: Proof;
  private readonly link: Link;

  constructor(
    settings: SessionSettings,
    switchboard: Switchboard,
    private readonly requestIds: RequestIds,
    private readonly surroundings: Surroundings,
  ) {
    const operations = new OperationTable();
    this.proof = new Proof(settings);
    this.link = new Link(settings, switchboard, surroundings, operations, this.leases, this.proof, this);
  }

  get confirmed(): boolean {
    return this.link.confirmed;
  }

  acquire(wish: AcquireWish): Promise<HeldLease | null> {
    const operation = new AcquireOperation(
      wish,
      this.requestIds.next(),
      this.timeOfAsking(wish.waitMs),
      this,
    );
    const promise = promiseFor<HeldLease | null>(operation);
    if (wish.signal?.aborted === true) operation.reject(wish.signal.reason);
    else if (this.link.closed) operation.reject(closed());
    else {
      operation.listen();
      this.link.ask(operation);
    }
    return promise;
  }

  release(lease: GrantedLease): Promise<boolean> {
    this.leases.remove(lease);
    lease.standing = "released";
    const operation = new ReleaseOperation(lease.leaseId, this.timeOfAsking(0));
    const promise = promiseFor<boolean>(operation);
    this.link.ask(operation);
    return promise;
  }

  check(lease: GrantedLease): void {
    const now = this.surroundings.now();
    if (now >= this.proof.heldUntil) this.link.expire();
    else if (now >= lease.holdUntil) this.leases.lose(lease, "MAX_HOLD");
  }

  withdraw(operation: AcquireOperation, reason: unknown): void {
    if (!operation.over && !operation.withdrawn) this.link.withdraw(operation, reason);
  }

  unwanted(leaseId: string): void {
    if (!this.link.closed) this.link.ask(new ReleaseOperation(leaseId, this.timeOfAsking(0)));
  }

  limited(holdUntil: number): void {
    this.link.watch(holdUntil);
  }

  /** Ends the session: the server releases at once all that it holds. Never rejects. */
  close(): Promise<undefined> {
    return this.link.close();
  }

  /** When something was asked for, as far as its deadline depends on it. */
  private timeOfAsking(waitMs: number): number {
    return this.link.reachable && (waitMs === 0 || waitMs === Infinity) ? 0 : this.surroundings.now();
  }
}
