import fc from "fast-check";
import { expect, test } from "vitest";
import { end, withdraw } from "../../src/core/end.js";
import type { Lease, Ticket } from "../../src/core/lock.js";
import { findByRequestId } from "../../src/core/request-ids.js";
import { LockOf } from "./lock-of.js";

const IDS = 20;

test("a request id finds the live entry that has it, and only that, with few entries and with many", () => {
  // More come than go, so that there are many now and then.
  const asking = { weight: 3, arbitrary: fc.record({ ask: fc.nat({ max: IDS }) }) };
  const ending = { weight: 2, arbitrary: fc.record({ end: fc.nat() }) };
  const steps = fc.array(fc.oneof(asking, ending), { maxLength: 120, size: "max" });
  fc.assert(
    fc.property(steps, fc.boolean(), (list, shared) => {
      const it = new LockOf();
      const live = new Map<string, Ticket | Lease>();
      for (const step of list) {
        if ("ask" in step) askFor(it, live, step.ask, shared);
        else endOne(it, live, step.end);
        for (let i = 0; i < IDS; i++) expect(found(it, `r${i}`)).toBe(live.get(`r${i}`)?.id);
      }
    }),
    { numRuns: 200 },
  );
});

/** The last of the ids stands for none. */
function askFor(it: LockOf, live: Map<string, Ticket | Lease>, id: number, shared: boolean): void {
  const requestId = id === IDS ? undefined : `r${id}`;
  const answer = it.ask({ requestId, mode: shared ? "shared" : "exclusive" });
  if (answer.kind === "contended" || answer.before !== undefined) return;
  if (requestId !== undefined) live.set(requestId, answer.kind === "granted" ? answer.lease : answer.ticket);
}

function endOne(it: LockOf, live: Map<string, Ticket | Lease>, pick: number): void {
  const entries = [...it.lock.holders, ...it.lock.queue];
  const entry = entries[pick % Math.max(1, entries.length)];
  if (entry === undefined) return;
  if (entry.request.requestId !== undefined) live.delete(entry.request.requestId);
  if (entry.kind === "lease") end(entry, "released", it.granting);
  else withdraw(entry, "cancelled", it.granting);
}

/** A ticket keeps its id when it becomes a lease. */
function found(it: LockOf, requestId: string): string | undefined {
  return findByRequestId(it.lock, requestId)?.id;
}
