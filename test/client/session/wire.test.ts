import fc from "fast-check";
import { expect, it } from "vitest";
import { Mode } from "../../../gen/distributex/v1/lock.js";
import { SessionRequest } from "../../../gen/distributex/v1/session.js";
import { AcquireOperation } from "../../../src/client/session/acquire-operation.js";
import { CancelOperation, ResumeOperation } from "../../../src/client/session/operation.js";
import { ReleaseOperation } from "../../../src/client/session/release-operation.js";
import { LONGEST_MS } from "../../../src/contract/duration.js";

const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const text = fc.string({ unit: "binary", maxLength: 300 });

const acquire = fc
  .record({
    name: text,
    mode: fc.constantFrom("exclusive" as const, "shared" as const),
    weight: uint32,
    waitMs: fc.oneof(fc.constantFrom(0, Infinity), fc.integer({ min: 1, max: 1e12 })),
    value: text,
  })
  .map((wish) => {
    const whole = { ...wish, signal: undefined, onQueued: undefined, orNull: false };
    const operation = new AcquireOperation(whole, "request", 0, undefined as never);
    const { waitMs } = wish;
    const leftMs = waitMs === Infinity ? LONGEST_MS : waitMs;
    const value = {
      name: wish.name,
      mode: wish.mode === "shared" ? Mode.SHARED : Mode.EXCLUSIVE,
      weight: wish.weight,
      waitTimeout:
        waitMs === 0
          ? undefined
          : { seconds: BigInt(Math.floor(leftMs / 1000)), nanos: (leftMs % 1000) * 1_000_000 },
      requestId: "request",
      value: wish.value,
    };
    return { operation: operation, kind: { $case: "acquire", value } };
  });
const release = text.map((leaseId) => ({
  operation: new ReleaseOperation(leaseId, 0),
  kind: { $case: "release", value: { leaseId } },
}));
const cancel = uint32.map((operationId) => ({
  operation: new CancelOperation(Object.assign(new ReleaseOperation("", 0), { id: operationId })),
  kind: { $case: "cancel", value: { operationId } },
}));
const resume = fc.array(text, { maxLength: 50 }).map((leaseIds) => ({
  operation: new ResumeOperation(leaseIds),
  kind: { $case: "resume", value: { leaseIds } },
}));

it("operations say what was asked, in no more bytes than they say", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(uint32, fc.oneof(acquire, release, cancel, resume))), (asked) => {
      let most = 0;
      const operations = asked.map(([id, { operation, kind }]) => {
        most += operation.bytes;
        expect(operation.kind(0)).toEqual(kind);
        return { id, kind: operation.kind(0) };
      });
      const bytes = SessionRequest.encode(SessionRequest.create({ operations })).finish();
      expect(bytes.length).toBeLessThanOrEqual(most);
    }),
  );
});
