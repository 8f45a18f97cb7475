import { describe, expect, it } from "vitest";
import { refusals } from "./written.js";

/** Content, then the start of the only line. */
const WRONG: [string, string][] = [
  [
    "startdeley: 3\n",
    'distributex.yaml:1:1: startdeley: expected a known key, got "startdeley"; did you mean "startdelay"?',
  ],
  ["x: 1\n", 'distributex.yaml:1:1: x: expected a known key, got "x"; known are listen, '],
  ["__proto__: {insecure: true}\n", "distributex.yaml:1:1: __proto__: expected a known key"],
  ["constructor: 1\n", "distributex.yaml:1:1: constructor: expected a known key"],
  ['"a\\nb": 1\n', 'distributex.yaml:1:1: "a\\nb": expected a known key, got "a\\nb"'],
  ["- a\n", "distributex.yaml:1:1: expected a mapping of settings, got a list"],
  ["pools\n", 'distributex.yaml:1:1: expected a mapping of settings, got "pools"'],
  ["insecure: yes\n", 'distributex.yaml:1:1: insecure: expected true or false, got "yes"'],
  ["insecure: 'true'\n", 'distributex.yaml:1:1: insecure: expected true or false, got "true"'],
  [
    "backend: redis\n",
    'distributex.yaml:1:1: backend: expected one of inmemory, memory, memcache, memcached, got "redis"',
  ],
  ["backend: toString\n", "distributex.yaml:1:1: backend: expected one of"],
  [
    "backend:\n",
    "distributex.yaml:1:1: backend: expected one of inmemory, memory, memcache, memcached, got nothing",
  ],
  [
    "memcachehost: a,b\n",
    'distributex.yaml:1:1: memcachehost: expected one host name or address, without a port, got "a,b"',
  ],
  ["memcacheport: 0\n", "distributex.yaml:1:1: memcacheport: expected a whole number from 1 to 65535, got 0"],
  [
    "memcacheport: '11211'\n",
    'distributex.yaml:1:1: memcacheport: expected a whole number from 1 to 65535, got "11211"',
  ],
  ["allow_evictions: 1\n", "distributex.yaml:1:1: allow_evictions: expected true or false, got 1"],
  ["recovery: 0\n", "distributex.yaml:1:1: recovery: expected a duration from 1s to 1d, got 0"],
  ["startdelay: 31d\n", 'distributex.yaml:1:1: startdelay: expected a duration from 0 to 30d, got "31d"'],
  ["keepalive: 0.5\n", "distributex.yaml:1:1: keepalive: expected a duration from 1s to 1h, got 0.5"],
  ["drain: [1]\n", "distributex.yaml:1:1: drain: expected a duration from 0 to 1h, got a list"],
  ["log: debug\n", 'distributex.yaml:1:1: log: expected a mapping of level, calls, got "debug"'],
  [
    "log:\n  levle: info\n",
    'distributex.yaml:2:3: log.levle: expected a known key, got "levle"; did you mean "level"?',
  ],
  ["log:\n  level: loud\n", "distributex.yaml:2:3: log.level: expected one of fatal, "],
  [
    "limits:\n  locks: 0\n",
    "distributex.yaml:2:3: limits.locks: expected a whole number from 1 to 16000000, got 0",
  ],
  [
    "limits:\n  locks: 1.5\n",
    "distributex.yaml:2:3: limits.locks: expected a whole number from 1 to 16000000, got 1.5",
  ],
  ["limits:\n  message-bytes: 1\n", "distributex.yaml:2:3: limits.message-bytes: expected a known key"],
  ["pools: {a: 1}\n", "distributex.yaml:1:1: pools: expected a list of 1 to 1000 pools, got a mapping"],
  ["pools: []\n", "distributex.yaml:1:1: pools: expected a list of 1 to 1000 pools, got an empty list"],
  ["pools:\n  - a\n", "distributex.yaml:2:5: pools[0]: expected a mapping of name, expire, "],
  [
    "pools:\n  - expire: 3\n",
    "distributex.yaml:2:5: pools[0].name: expected a name, which every pool needs, got nothing",
  ],
  [
    "pools:\n  - name: 7\n",
    "distributex.yaml:2:5: pools[0].name: expected a lock name, or a pattern with *, got 7",
  ],
  [
    "pools:\n  - name: ''\n",
    'distributex.yaml:2:5: pools[0].name: expected a lock name, or a pattern with *, got ""; it is empty',
  ],
  [
    'pools:\n  - name: "a\\x07*"\n',
    'distributex.yaml:2:5: pools[0].name: expected a lock name, or a pattern with *, got "a\\u0007*"; it has a control character',
  ],
  [
    "pools:\n  - name: a\n    expire: soon\n",
    'distributex.yaml:3:5: pools[0].expire: expected a duration from 1s to 36500d or 0 (never), got "soon"',
  ],
  [
    "pools:\n  - name: a\n    expire: 0.5\n",
    "distributex.yaml:3:5: pools[0].expire: expected a duration from 1s",
  ],
  [
    "pools:\n  - name: a\n    expire: -1\n",
    "distributex.yaml:3:5: pools[0].expire: expected a duration from 1s",
  ],
  [
    "pools:\n  - name: a\n    expire: .nan\n",
    "distributex.yaml:3:5: pools[0].expire: expected a duration from 1s",
  ],
  [
    "pools:\n  - name: a\n    expire: .inf\n",
    "distributex.yaml:3:5: pools[0].expire: expected a duration from 1s",
  ],
  [
    "pools:\n  - name: a\n    expire: 1e12\n",
    "distributex.yaml:3:5: pools[0].expire: expected a duration from 1s",
  ],
  [
    "pools:\n  - name: a\n    expire: true\n",
    "distributex.yaml:3:5: pools[0].expire: expected a duration from 1s",
  ],
  [
    "pools:\n  - name: a\n    maxhold: 0\n",
    "distributex.yaml:3:5: pools[0].maxhold: expected a duration from 1s to 36500d, got 0",
  ],
  [
    "pools:\n  - name: a\n    maxexpire: 60\n",
    "distributex.yaml:3:5: pools[0].maxexpire: expected at least expire, 30m, got 1m",
  ],
  [
    "pools:\n  - name: a\n    expire: 0\n    maxexpire: 60\n",
    "distributex.yaml:4:5: pools[0].maxexpire: expected 0 (no ceiling), as expire is 0 (never), got 1m",
  ],
  [
    "pools:\n  - name: a\n    maxlocks: 1000001\n",
    "distributex.yaml:3:5: pools[0].maxlocks: expected a whole number from 1 to 1000000, got 1000001",
  ],
  [
    "pools:\n  - name: a\n    maxLock: 2\n",
    'distributex.yaml:3:5: pools[0].maxLock: expected a known key, got "maxLock"; did you mean "maxlocks"?',
  ],
  [
    "pools:\n  - name: a\n    servers: ' , '\n",
    'distributex.yaml:3:5: pools[0].servers: expected host names: text with commas, or a list of texts, got " , "; leave the key out for anyone',
  ],
  [
    "pools:\n  - name: a\n    servers: []\n",
    "distributex.yaml:3:5: pools[0].servers: expected host names: text with commas, or a list of texts, got an empty list",
  ],
  [
    "pools:\n  - name: a\n    servers: [b, 1]\n",
    "distributex.yaml:3:5: pools[0].servers: expected host names: text with commas, or a list of texts, got 1 among them",
  ],
  [
    "pools:\n  - name: a\n    servers: ['b, c']\n",
    'distributex.yaml:3:5: pools[0].servers: expected names without blanks and commas, got "b, c"',
  ],
  [
    "pools:\n  - name: a\n    lockdelay: -1s\n",
    "distributex.yaml:3:5: pools[0].lockdelay: expected a duration from 0 to 30d",
  ],
  [
    "pools:\n  - name: a\n    maxwaiters: many\n",
    "distributex.yaml:3:5: pools[0].maxwaiters: expected a whole number from 0 to 10000000",
  ],
  [
    "pools:\n  - name: a\n  - name: b\n  - {name: a}\n",
    'distributex.yaml:4:6: pools[2].name: expected a name other than that of pools[0], got "a"',
  ],
  [
    "tls:\n  cert: a.pem\n",
    "distributex.yaml:1:1: tls: expected this key to be absent, got a mapping; this build has no TLS and no access control",
  ],
  [
    "access: []\n",
    "distributex.yaml:1:1: access: expected this key to be absent, got an empty list; this build has no TLS",
  ],
];

describe("a problem is told by file, line, column, field, expected and got", () => {
  it.each(WRONG)("%j", (content, start) => {
    const lines = refusals(content);
    expect(lines).toEqual([expect.stringContaining(start)]);
    expect(lines[0]?.startsWith(start)).toBe(true);
  });
});

it("all problems are told at once", () => {
  const content = [
    "backend: redis",
    "listen: 0.0.0.0:9889",
    "lists: 1",
    "pools:",
    "  - name: a",
    "    expire: soon",
    "    maxlocks: 0",
    "  - name: a",
    "    maxexpire: 10",
    "limits:",
    "  locks: -1",
    "tls: on",
  ].join("\n");
  const env = { DISTRIBUTEX_DRAIN: "x" };
  const places = refusals(content, { env, flags: { "log.level": "x" } }).map(
    (line) => line.split(": expected")[0],
  );
  expect(places).toEqual([
    "distributex.yaml:1:1: backend",
    "distributex.yaml:3:1: lists",
    "distributex.yaml:6:5: pools[0].expire",
    "distributex.yaml:7:5: pools[0].maxlocks",
    "distributex.yaml:9:5: pools[1].maxexpire",
    "distributex.yaml:8:5: pools[1].name",
    "distributex.yaml:11:3: limits.locks",
    "distributex.yaml:12:1: tls",
    "DISTRIBUTEX_DRAIN",
    "--log-level",
    "distributex.yaml:2:1: listen",
  ]);
});

it("a long value is cut short, and what is inside a mapping stays out of the log", () => {
  expect(refusals(`backend: ${"x".repeat(1000)}\n`)[0]?.length).toBeLessThan(200);
  expect(refusals("access: {token: hunter2}\n").join()).not.toContain("hunter2");
});

it("too many pools are refused", () => {
  const pools = Array.from({ length: 1001 }, (_, i) => `  - name: p${i}\n`).join("");
  expect(refusals(`pools:\n${pools}`)).toEqual([
    expect.stringContaining("pools: expected a list of 1 to 1000 pools, got a list"),
  ]);
});
