import type { SessionLease } from "../../../gen/distributex/v1/session.js";
import type { LeaseTable } from "./lease-table.js";
import type { Results } from "./results.js";

/** What of the leases that were held before a stream the stream has taken over. */
export class Resumption {
  /** The leases named in the first message. */
  private named: readonly string[] = [];
  /** How many messages that name leases are not answered. */
  private open = 0;

  constructor(
    private readonly leases: LeaseTable,
    private readonly results: Results,
  ) {}

  /** A stream begins: these are named in its first message, others in so many further ones. */
  begin(named: readonly string[], further: number): void {
    this.named = named;
    this.open = 1 + further;
  }

  /** Whether it is known of each lease that was named what has become of it. */
  get complete(): boolean {
    return this.open === 0;
  }

  /** The first message is answered. */
  opened(living: readonly SessionLease[]): void {
    this.reconcile(this.named, living);
    this.named = [];
  }

  /** Of the leases that one message named, what the server doesn't know any more is lost. */
  reconcile(named: readonly string[], living: readonly SessionLease[]): void {
    this.open--;
    if (named.length === 0) return;
    const messages = new Map(living.map((message) => [message.leaseId, message]));
    for (const leaseId of named) {
      const lease = this.leases.get(leaseId);
      if (lease === undefined) continue;
      const message = messages.get(leaseId);
      if (message === undefined) this.leases.lose(lease, "SESSION_LOST");
      else this.results.limit(lease, message);
    }
  }
}
