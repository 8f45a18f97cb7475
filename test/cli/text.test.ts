import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { AcquireResponse, ReleaseResponse, WaitResponse } from "../../gen/distributex/v1/lock_service.js";
import {
  durationFlag,
  metadataFlag,
  patienceFlag,
  tokenFlag,
  weightFlag,
} from "../../src/cli/flag-values.js";
import { messageJson } from "../../src/cli/json.js";
import { Output } from "../../src/cli/output.js";
import { aligned, table } from "../../src/cli/table.js";
import { UsageError } from "../../src/cli/usage-error.js";

describe("a table", () => {
  it("is aligned, also where characters are wide, and leaves empty columns out", () => {
    const rows = [
      ["日本", "", "x"],
      ["e\u0301a", "", "y"],
    ];
    expect(table(["NAME", "NOTHING", "LAST"], rows)).toBe("NAME  LAST\n日本  x\ne\u0301a    y");
  });

  it("shows control characters instead of doing what they say", () => {
    expect(aligned([["a\u001b[2J\nb"]])).toBe("a\\u001b[2J\\u000ab");
  });
});

describe("progress", () => {
  const CLEAR = "\r\u001b[K";

  it.each([
    [true, `${CLEAR}place 2${CLEAR}place 1${CLEAR}lease\n${CLEAR}place 1${CLEAR}holding\n`],
    [false, "place 2\nplace 1\nlease\nholding\n"],
  ])("stands below data where it is overwritten: %j", async (overwrites, shown) => {
    let terminal = "";
    const stream = new Writable({
      write(chunk, _, done) {
        terminal += String(chunk);
        done();
      },
    });
    const output = new Output(false, stream, stream, overwrites);
    output.progress("place 2");
    output.progress("place 1");
    await output.data("lease");
    output.talk("holding");
    expect(terminal).toBe(shown);
  });
});

describe("JSON of a message", () => {
  it("has fields that are 0, empty or false", () => {
    expect(messageJson(ReleaseResponse, { wasHeld: false })).toBe('{"wasHeld":false}');
  });

  it("has tokens as texts, durations with their unit, and no absent messages", () => {
    const lease = { name: "x", fencingToken: 2n ** 60n, remaining: { seconds: 1n, nanos: 500_000_000 } };
    const json = JSON.parse(messageJson(AcquireResponse, AcquireResponse.create({ lease }))) as unknown;
    expect(json).toMatchObject({ lease: { fencingToken: "1152921504606846976", remaining: "1.500s" } });
    expect(json).not.toHaveProperty("lease.ttl");
    expect(json).not.toHaveProperty("lock");
  });

  it("has the one field of a choice, and metadata as it is", () => {
    const metadata = { $case: "odd", seconds: "1", value: "x" };
    const lock = { holders: [{ owner: { metadata } }] };
    const response = WaitResponse.create({ event: { $case: "notAcquired", value: { lock } } });
    expect(JSON.parse(messageJson(WaitResponse, response))).toMatchObject({
      notAcquired: { lock: { holders: [{ owner: { metadata } }] } },
    });
  });
});

describe("flags", () => {
  it("take durations with units, and bare numbers as seconds", () => {
    expect(["30s", "1h30m", "1.5", "0", "250ms"].map((text) => durationFlag("--x", text))).toEqual([
      30_000, 5_400_000, 1_500, 0, 250,
    ]);
    expect(patienceFlag("--wait", "forever")).toBeGreaterThan(1e12);
  });

  it("refuse what is none, and name themselves", () => {
    for (const text of ["", "-1", "1 s", "s", "1e3", "Infinity", "forever", "99999999999d"]) {
      expect(() => durationFlag("--ttl", text)).toThrow(/^--ttl: expected /);
    }
    expect(() => weightFlag("--weight", "4294967296")).toThrow(UsageError);
    expect(() => tokenFlag("--token", "18446744073709551616")).toThrow(UsageError);
    expect(tokenFlag("--token", "18446744073709551615")).toBe(2n ** 64n - 1n);
    expect(() => metadataFlag("--metadata", ["a=1", "a=2"])).toThrow(UsageError);
    expect(metadataFlag("--metadata", ["a=", "b=c=d"])).toEqual({ a: "", b: "c=d" });
  });
});
