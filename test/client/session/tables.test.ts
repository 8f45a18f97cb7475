import fc from "fast-check";
import { expect, it } from "vitest";
import { GrantedLease } from "../../../src/client/session/granted-lease.js";
import { LeaseTable } from "../../../src/client/session/lease-table.js";
import { OperationTable } from "../../../src/client/session/operation-table.js";
import { ReleaseOperation } from "../../../src/client/session/release-operation.js";

it("a table of operations has each under its own id, and all in the order in which they were asked for", () => {
  const step = fc.oneof({ weight: 3, arbitrary: fc.constant(-1) }, { weight: 2, arbitrary: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 600 }), fc.boolean(), (steps, wraps) => {
      const table = new OperationTable(wraps ? 2 ** 31 - 20 : 0);
      const expected: ReleaseOperation[] = [];
      for (const pick of steps) {
        if (pick === -1 || expected.length === 0) {
          const operation = new ReleaseOperation("l", 0);
          table.add(operation);
          expected.push(operation);
        } else {
          const [operation] = expected.splice(pick % expected.length, 1);
          table.remove(operation!);
          expect([operation!.over, table.get(operation!.id)]).toEqual([true, undefined]);
        }
        expect(table.size).toBe(expected.length);
      }
      expect(table.all()).toEqual(expected);
      expect(new Set(expected.map(({ id }) => id)).size).toBe(expected.length);
      for (const operation of expected) expect(table.get(operation.id)).toBe(operation);
    }),
  );
});

it("a table of leases finds each by its id as long as it is there", () => {
  const step = fc.record({ pick: fc.nat(12), looks: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const table = new LeaseTable();
      const leases = Array.from({ length: 13 }, (_, i) => leaseOf(`l${i}`));
      const expected = new Set<GrantedLease>();
      for (const { pick, looks } of steps) {
        const lease = leases[pick]!;
        if (expected.delete(lease)) table.remove(lease);
        else {
          expected.add(lease);
          table.add(lease);
        }
        if (looks)
          for (const it of leases) expect(table.get(it.leaseId)).toBe(expected.has(it) ? it : undefined);
        expect(table.size).toBe(expected.size);
      }
      expect(new Set(table.ids())).toEqual(new Set([...expected].map(({ leaseId }) => leaseId)));
    }),
  );
});

function leaseOf(leaseId: string): GrantedLease {
  return new GrantedLease(undefined as never, undefined as never, leaseId, 1n, 1);
}
