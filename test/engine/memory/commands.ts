import fc from "fast-check";
import type { Mode, ModelPool } from "./model.js";

export const LOCKS = ["a", "a/b", "\u00e9"] as const;

/** One thing that is done to the engine. Numbers pick one of what there is at that time. */
export type Command = { readonly lateMs: number } & (
  | {
      readonly kind: "acquire";
      readonly lock: number;
      readonly mode: Mode;
      readonly weight: number;
      readonly ttlMs: number;
      readonly patienceMs: number;
      readonly requestId: number | undefined;
      readonly session: number | undefined;
    }
  | {
      readonly kind: "retry";
      readonly pick: number;
      readonly patienceMs: number;
      readonly session: number | undefined;
    }
  | { readonly kind: "cancel"; readonly pick: number }
  | { readonly kind: "release"; readonly pick: number }
  | { readonly kind: "renew"; readonly pick: number; readonly ttlMs: number | undefined }
  | { readonly kind: "forceRelease"; readonly pick: number; readonly isStale: boolean }
  | { readonly kind: "openSession"; readonly ttlMs: number; readonly graceMs: number }
  | { readonly kind: "streamLost"; readonly pick: number; readonly how: "gone" | "silent" }
  | { readonly kind: "heard"; readonly pick: number }
  | { readonly kind: "resume"; readonly pick: number; readonly leases: readonly number[] }
  | { readonly kind: "close"; readonly pick: number }
  | { readonly kind: "setPools"; readonly pools: readonly (ModelPool | undefined)[] }
  | { readonly kind: "advance"; readonly ms: number }
  | { readonly kind: "advanceToNext" }
  | { readonly kind: "ringLate"; readonly ms: number }
);

const pick = fc.nat({ max: 7 });
// Mostly one lock: what goes wrong goes wrong where many meet.
const lock = fc.constantFrom(0, 0, 0, 0, 1, 2);
const ttlMs = fc.constantFrom(1_000, 2_000, 5_000, 60_000);
const patienceMs = fc.constantFrom(0, 1_000, 2_000, 10_000, 60_000, Infinity, Infinity, Infinity);
const session = fc.option(pick, { nil: undefined, freq: 2 });

const pool: fc.Arbitrary<ModelPool> = fc.record({
  capacity: fc.constantFrom(1, 2, 3, 3),
  lockDelayMs: fc.constantFrom(0, 0, 1_000, 3_000),
  maxHoldMs: fc.constantFrom(Infinity, Infinity, 4_000),
  maxWaiters: fc.constantFrom(2, 5, 5),
});

const acquire = fc.record({
  kind: fc.constant("acquire" as const),
  lock,
  mode: fc.constantFrom<Mode>("exclusive", "exclusive", "shared"),
  weight: fc.constantFrom(1, 1, 1, 1, 1, 1, 2, 2, 3),
  ttlMs,
  patienceMs,
  requestId: fc.option(fc.nat({ max: 3 }), { nil: undefined, freq: 2 }),
  session,
});

const doing = fc.oneof(
  { weight: 12, arbitrary: acquire },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("retry" as const), pick, patienceMs, session }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("cancel" as const), pick }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant("release" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("renew" as const),
      pick,
      ttlMs: fc.option(ttlMs, { nil: undefined }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("forceRelease" as const),
      pick,
      isStale: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("openSession" as const),
      ttlMs,
      graceMs: fc.constantFrom(0, 0, 1_000, 2_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("streamLost" as const),
      pick,
      how: fc.constantFrom("gone" as const, "gone" as const, "silent" as const),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("heard" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("resume" as const),
      pick,
      leases: fc.array(pick, { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("close" as const), pick }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("setPools" as const),
      pools: fc.array(fc.option(pool, { nil: undefined, freq: 20 }), {
        minLength: LOCKS.length,
        maxLength: LOCKS.length,
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("advance" as const),
      ms: fc.constantFrom(0, 1, 100, 500, 1_000, 30_000),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "advanceToNext" as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("ringLate" as const), ms: fc.constantFrom(500, 1_500, 4_000) }),
  },
);

const onTime = { weight: 16, arbitrary: fc.constant(0) };
const lateMs = fc.oneof(onTime, { weight: 1, arbitrary: fc.constantFrom(1, 1_000, 3_000) });

/** Some 100 commands on average. */
export const commands: fc.Arbitrary<Command[]> = fc.array(
  fc.tuple(doing, lateMs).map(([what, late]) => ({ ...what, lateMs: late })),
  { minLength: 1, maxLength: 200, size: "max" },
);
