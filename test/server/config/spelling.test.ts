import { expect, it } from "vitest";
import { nearest } from "../../../src/server/config/spelling.js";

const known = ["listen", "drain", "pools", "maxlocks", "maxhold", "tls", "log"];

it.each([
  ["listn", "listen"],
  ["lsiten", "listen"],
  ["max-locks", "maxlocks"],
  ["maxLocks", "maxlocks"],
  ["MAX_HOLD", "maxhold"],
  ["pool", "pools"],
  ["logs", "log"],
  ["port", undefined],
  ["x", undefined],
  ["", undefined],
])("%j is near %j", (word, meant) => {
  expect(nearest(word, known)).toBe(meant);
});
