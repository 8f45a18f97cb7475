import { describe, expect, it } from "vitest";
import { load, refusals } from "./written.js";

describe("YAML is refused", () => {
  it.each([
    [
      "drain: 1\nlisten: localhost\ndrain: 2\n",
      'distributex.yaml:3:1: expected each key once, got "drain" again',
    ],
    [
      "pools:\n  - name: a\n    expire: 1\n    expire: 2\n",
      'distributex.yaml:4:5: expected each key once, got "expire" again',
    ],
    ["? [a]\n: b\n", "distributex.yaml:1:3: expected a text as the key, got a list or a mapping"],
    ["drain: *nowhere\n", "distributex.yaml:1:8: expected an anchor before it, got *nowhere"],
    ["drain: !seconds 1\n", "distributex.yaml:1:8: Unresolved tag: !seconds"],
    ["drain: 1\n---\ndrain: 2\n", "distributex.yaml:2:1: Source contains multiple documents"],
    ["drain: 'a\n", "distributex.yaml:2:1: Missing closing 'quote"],
  ])("with line and column: %j", (content, start) => {
    const lines = refusals(content);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.startsWith(start), lines[0]).toBe(true);
  });

  it("when it isn't UTF-8", () => {
    expect(refusals(Buffer.from([0x64, 0x3a, 0x20, 0xff]))).toEqual([
      expect.stringMatching(/^distributex\.yaml: .*utf-8/),
    ]);
  });

  it("when its aliases multiply", () => {
    const levels = ["a", "b", "c", "d", "e"].map((name, i, all) => {
      const before = i === 0 ? "x" : `*${all[i - 1]}`;
      return `${name}: &${name} [${Array(9).fill(before).join(", ")}]\n`;
    });
    expect(refusals(levels.join(""))).toEqual([expect.stringContaining("Excessive alias count")]);
  });
});

describe("anchors", () => {
  const merged = "pools:\n  - &usual\n    name: a\n    expire: 60\n  - <<: *usual\n    name: b\n";

  it("and merges work, as they did with the old service", () => {
    expect(load(merged).settings.pools.map(({ name, defaultTtlMs }) => [name, defaultTtlMs])).toEqual([
      ["a", 60_000],
      ["b", 60_000],
    ]);
  });

  it("may be used by every pool", () => {
    const pools = Array.from(
      { length: 999 },
      (_, i) => `  - {<<: *usual, name: p${i}, servers: *hosts}\n`,
    ).join("");
    const first = "  - &usual\n    name: a\n    servers: &hosts [b, c]\n";
    expect(load(`pools:\n${first}${pools}`).settings.pools).toHaveLength(1000);
  });

  it("lead to the line where the value stands", () => {
    expect(refusals(merged.replace("60", "soon")).map((line) => line.split(": expected")[0])).toEqual([
      "distributex.yaml:4:5: pools[0].expire",
      "distributex.yaml:4:5: pools[1].expire",
    ]);
  });

  it("that contain themselves end", () => {
    expect(refusals("log: &log\n  level: *log\n")).toEqual([
      expect.stringContaining("log.level: expected one of"),
    ]);
  });
});

it("a byte order mark and Windows line ends are taken", () => {
  expect(load("\ufeffdrain: 3\r\nlog:\r\n  level: warn\r\n").settings).toMatchObject({
    drainMs: 3_000,
    log: { level: "warn" },
  });
});

it.each(["log: &log\n  <<: *log\n  levle: 1\n", "pools:\n  - &pool\n    <<: *pool\n    expire: 1\n"])(
  "a mapping merged into itself ends: %j",
  (content) => {
    expect(refusals(content)).not.toEqual([]);
  },
);
