import { expect, test } from "vitest";
import { end, withdraw } from "../../src/core/end.js";
import { grantMore } from "../../src/core/grant.js";
import type { Happening, Lease } from "../../src/core/lock.js";
import { LockOf } from "./lock-of.js";

// A run of grants is given in slices of 500: a long one must not hold everybody else up.

const SHARED = { mode: "shared" } as const;

test("a run of exactly 500 is one go", () => {
  const { it, writer } = readersBehindWriter(500);
  expect(counts(end(writer, "released", it.granting))).toEqual({ ended: 1, granted: 500 });
});

test("a longer run goes on where it stopped, in order, until nobody is left", () => {
  const { it, writer, ids } = readersBehindWriter(1_200);
  const goes = [end(writer, "released", it.granting)];
  expect(goes[0]?.at(-1)).toEqual({ kind: "unfinished", lock: it.lock });
  while (goes.at(-1)?.at(-1)?.kind === "unfinished") goes.push(grantMore(it.lock, it.granting));
  expect(goes.map(counts)).toEqual([
    { ended: 1, granted: 500, unfinished: 1 },
    { granted: 500, unfinished: 1 },
    { granted: 200 },
  ]);
  expect([...it.lock.holders].map(({ id }) => id)).toEqual(ids);
  const tokens = [...it.lock.holders].map(({ token }) => token);
  expect(tokens.every((token, i) => i === 0 || token > tokens[i - 1]!)).toBe(true);
});

test("C31: while a run is unfinished nobody overtakes: a try is contended, a reader and a writer queue behind", () => {
  const { it, writer } = readersBehindWriter(600);
  end(writer, "released", it.granting);
  expect([it.ask(SHARED, 0).kind, it.ask({}, 0).kind]).toEqual(["contended", "contended"]);
  const late = it.queue(SHARED);
  expect([late.position, it.lock.queue.last]).toEqual([101, late]);
  it.queue();
  expect(counts(grantMore(it.lock, it.granting))).toEqual({ granted: 101 });
  expect(it.lock.holders.last?.id).toBe(late.id);
});

test("C33: a writer in the middle stops a run, also at the seam between two slices", () => {
  for (const before of [499, 500, 501, 700]) {
    const { it, writer } = readersBehindWriter(before);
    const second = it.queue();
    for (let i = 0; i < 600; i++) it.queue(SHARED);
    end(writer, "released", it.granting);
    while (it.lock.holders.size < before) grantMore(it.lock, it.granting);
    expect(counts(grantMore(it.lock, it.granting))).toEqual({});
    expect([it.lock.queue.first, it.lock.queue.size]).toEqual([second, 601]);
  }
});

test("whoever ends between two slices lets the run go on, and nobody is granted twice", () => {
  const { it, writer, ids } = readersBehindWriter(1_200);
  end(writer, "released", it.granting);
  end(it.lock.holders.first!, "released", it.granting);
  withdraw(it.lock.queue.first!, "cancelled", it.granting);
  expect([it.lock.holders.size, it.lock.queue.size]).toEqual([1_198, 0]);
  expect(counts(grantMore(it.lock, it.granting))).toEqual({});
  expect([...it.lock.holders].map(({ id }) => id)).toEqual(ids.filter((_, i) => i !== 0 && i !== 1_000));
});

test("those who leave count as much as those who are granted", () => {
  const { it, writer } = readersBehindWriter(600, 500);
  it.now += 500;
  it.queue(SHARED);
  expect(counts(end(writer, "released", it.granting))).toEqual({ ended: 1, left: 500, unfinished: 1 });
  expect(counts(grantMore(it.lock, it.granting))).toEqual({ left: 100, granted: 1 });
});

function readersBehindWriter(
  count: number,
  patienceMs = Infinity,
): { it: LockOf; writer: Lease; ids: string[] } {
  const it = new LockOf();
  const writer = it.hold();
  const ids = Array.from({ length: count }, () => it.queue(SHARED, patienceMs).id);
  return { it, writer, ids };
}

function counts(happenings: readonly Happening[]): Partial<Record<Happening["kind"], number>> {
  const counted: Partial<Record<Happening["kind"], number>> = {};
  for (const { kind } of happenings) counted[kind] = (counted[kind] ?? 0) + 1;
  return counted;
}
