import fc from "fast-check";
import { expect, test } from "vitest";
import { LockError } from "../../src/contract/errors.js";
import { checkLeaseId, checkName, checkRequestId, checkText } from "../../src/contract/names.js";

function faultOf(check: () => unknown): string {
  try {
    check();
    return "none";
  } catch (error) {
    if (error instanceof LockError) return `${error.reason} ${error.field}`;
    throw error;
  }
}

const nameFault = (name: string): string =>
  faultOf(() => {
    checkName(name);
  });

test.each([
  "a",
  "a/b",
  " ",
  "a b",
  "\u00e9",
  "\u4e2d\u6587",
  "\u{1f512}",
  "__proto__",
  "x".repeat(512),
  "\u00e9".repeat(256),
])("%j may name a lock", (name) => {
  expect(nameFault(name)).toBe("none");
});

test.each([
  ["", "empty"],
  ["x".repeat(513), "513 bytes"],
  ["\u00e9".repeat(257), "514 bytes in 257 characters"],
  ["a\u0000", "NUL"],
  ["a\nb", "a line end"],
  ["\u001b[31m", "an escape"],
  ["a\u007f", "DEL"],
  ["a\u0085", "a C1 control"],
  ["e\u0301", "not NFC"],
  ["\u212b", "the Angstrom sign, which NFC replaces"],
  ["a\ufffdb", "what was not UTF-8"],
  ["\ud800", "half a surrogate pair"],
])("%j is refused as a name: %s", (name) => {
  expect(nameFault(name)).toBe("INVALID_NAME name");
});

test("a name is accepted exactly when the design says so", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string()),
      (name) => {
        const isFine =
          name !== "" &&
          Buffer.byteLength(name) <= 512 &&
          name === name.normalize("NFC") &&
          !/[\p{Cc}\ufffd\p{Cs}]/u.test(name);
        expect(nameFault(name)).toBe(isFine ? "none" : "INVALID_NAME name");
      },
    ),
    { numRuns: 2_000 },
  );
});

test("a name that is fine in NFC is refused in every other form", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1, maxLength: 50 }), (text) => {
      const composed = text.normalize("NFC");
      for (const other of [text.normalize("NFD"), text.normalize("NFKC")]) {
        if (other !== other.normalize("NFC")) expect(nameFault(other)).toBe("INVALID_NAME name");
      }
      if (nameFault(composed) !== "none") expect(composed).toMatch(/[\p{Cc}\ufffd]/u);
    }),
  );
});

test("an absent request id is none; others are 16 to 64 letters, digits, `_`, `.` or `-`", () => {
  expect(checkRequestId("")).toBeUndefined();
  for (const id of ["a".repeat(16), "A1_.-".repeat(12)]) expect(checkRequestId(id)).toBe(id);
  for (const id of ["a".repeat(15), "a".repeat(65), `${"a".repeat(16)} `, `${"a".repeat(16)}\u00e9`]) {
    expect(faultOf(() => checkRequestId(id))).toBe("INVALID_ARGUMENT request_id");
  }
});

test("no check of a secret shows it", () => {
  const secret = "a".repeat(200);
  for (const check of [
    () => checkRequestId(secret),
    () => {
      checkLeaseId(secret);
    },
  ]) {
    expect(check).toThrow(LockError);
    expect(check).not.toThrow(/aaaa/);
  }
});

test.each(["", "1abc", "_abc", "a b", "a-b", "a".repeat(129), "a\n"])("%j is no lease id", (id) => {
  expect(
    faultOf(() => {
      checkLeaseId(id);
    }),
  ).toBe("INVALID_ARGUMENT lease_id");
});

test("text is refused when it is too long in bytes or was not UTF-8, and the field is named", () => {
  const fault = (text: string): string =>
    faultOf(() => {
      checkText(text, "owner.label", 4);
    });
  expect(["", "abcd", "\u00e9\u00e9"].map(fault)).toEqual(["none", "none", "none"]);
  for (const text of ["abcde", "\u00e9\u00e9\u00e9", "\ufffd", "\udc00"]) {
    expect(fault(text)).toBe("INVALID_ARGUMENT owner.label");
  }
});
