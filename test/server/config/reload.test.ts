import { expect, it } from "vitest";
import { changesNeedingRestart, SETTING_NAMES } from "../../../src/server/config/index.js";
import { load } from "./written.js";

const before = load("").settings;

function changes(content: string): string[] {
  return changesNeedingRestart(before, load(content).settings);
}

it("pools and logging change by a reload", () => {
  expect(changes("pools: [{name: a, expire: 0}]\nlog: {level: debug, calls: true}\n")).toEqual([]);
});

/** A value other than the default, for each setting that a server has. */
const OTHER: Record<string, string> = {
  listen: "127.0.0.1:1",
  insecure: "true",
  startdelay: "1",
  keepalive: "20",
  drain: "1",
};

it.each(Object.entries(OTHER))("%s changes by a restart only", (name, other) => {
  expect(changes(`${name}: ${other}\n`)).toEqual([name]);
});

it("each setting is tried here, or reloads, or has no effect yet", () => {
  const idle = ["memcachehost", "memcacheport", "allow_evictions", "recovery"];
  const known = [...Object.keys(OTHER), ...idle, "backend", "log.level", "log.calls"];
  expect([...SETTING_NAMES].sort()).toEqual(known.sort());
});

it("limits are named one by one", () => {
  expect(changes("limits: {locks: 5, sessions: 6}\n")).toEqual(["limits.locks", "limits.sessions"]);
});
