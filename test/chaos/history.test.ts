import { describe, expect, test } from "vitest";
import { faultsOf, type Belief } from "./history.js";

let tokens = 0n;

/** A belief of a client in one lock. */
function belief(client: string, from: number, until: number, more: Partial<Belief> = {}): Belief {
  return { client, lock: "a", mode: "exclusive", token: ++tokens, from, until, ...more };
}

describe("a history is right", () => {
  test("where one believes after the other, with rising tokens", () => {
    expect(faultsOf([belief("ann", 0, 10), belief("bob", 11, 20), belief("ann", 21, 30)])).toEqual([]);
  });

  test("where sharers believe together, in any order of their tokens", () => {
    const shared = { mode: "shared" } as const;
    const [ann, bob] = [belief("ann", 5, 10, shared), belief("bob", 0, 20, shared)];
    expect(faultsOf([ann, bob, belief("eve", 21, 30)])).toEqual([]);
  });

  test("where the locks are different ones", () => {
    expect(faultsOf([belief("ann", 0, 10), belief("bob", 5, 20, { lock: "b" })])).toEqual([]);
  });

  test("where nobody believed when the next grant was made", () => {
    const beliefs = [belief("ann", 0, 10, { token: 1n }), belief("bob", 20, 30, { token: 11n })];
    expect(faultsOf(beliefs, Number)).toEqual([]);
  });
});

describe("a history is wrong", () => {
  const late = belief("ann", 0, 10);
  const wrong: readonly (readonly [string, readonly Belief[], string])[] = [
    ["where two believe at the same time", [late, belief("bob", 9, 20)], "at the same time as bob"],
    ["where they do so for a moment only", [late, belief("bob", 10, 20)], "at the same time as bob"],
    [
      "where one believes all through the beliefs of others",
      [belief("ann", 0, 100), belief("bob", 10, 20, { lock: "b" }), belief("eve", 90, 95)],
      "at the same time as eve",
    ],
    [
      "where the long belief is told last",
      [belief("bob", 50, 60, { token: 3n }), belief("ann", 0, 55, { token: 2n })],
      "ann (exclusive, token 2, from 0.0 until 55.0) believed at the same time as bob",
    ],
    [
      "where somebody shares with an exclusive holder",
      [belief("ann", 0, 10, { mode: "shared" }), belief("bob", 5, 7)],
      "at the same time as bob",
    ],
    [
      "where an exclusive holder is joined by somebody who shares",
      [belief("ann", 0, 10), belief("bob", 5, 7, { mode: "shared" })],
      "at the same time as bob",
    ],
    [
      "where a client believes in two leases of one lock",
      [belief("ann", 0, 10), belief("ann", 5, 7)],
      "at the same time as ann",
    ],
    [
      "where a token falls",
      [belief("ann", 0, 10, { token: 2n }), belief("bob", 11, 20, { token: 1n })],
      "with a higher token before bob",
    ],
    [
      "where a token falls over a third belief",
      [
        belief("ann", 0, 10, { token: 5n }),
        belief("bob", 11, 20, { token: 6n }),
        belief("eve", 21, 22, { token: 4n }),
      ],
      "bob (exclusive, token 6, from 11.0 until 20.0) believed with a higher token before eve",
    ],
    [
      "where sharers have one token",
      [
        belief("ann", 0, 10, { token: 1n, mode: "shared" }),
        belief("bob", 0, 10, { token: 1n, mode: "shared" }),
      ],
      "with the token of bob",
    ],
  ];
  test.each(wrong)("%s", (_what, beliefs, fault) => {
    expect(faultsOf(beliefs)).toEqual([expect.stringContaining(fault)]);
  });

  test("where somebody believed after the next grant, though its holder learnt of it later", () => {
    const beliefs = [belief("ann", 0, 10, { token: 1n }), belief("bob", 20, 30, { token: 9n })];
    expect(faultsOf(beliefs)).toEqual([]);
    expect(faultsOf(beliefs, Number)).toEqual([expect.stringContaining("after the grant of bob")]);
  });
});
