import { describe, expect, it } from "vitest";
import { DEFAULT_LIMITS } from "../../../src/contract/limits.js";
import { configFile, loadSettings } from "../../../src/server/config/index.js";
import { load, refusals } from "./written.js";

const none = { flags: {}, env: {} };

const DEFAULTS = {
  backend: "memory",
  listen: [{ host: "127.0.0.1", port: 9889 }],
  insecure: false,
  startDelayMs: 0,
  keepaliveMs: 10_000,
  drainMs: 10_000,
  pools: [
    {
      name: "*",
      defaultTtlMs: 1_800_000,
      maxTtlMs: 86_400_000,
      maxHoldMs: Infinity,
      capacity: 1,
      servers: [],
      lockDelayMs: 0,
      maxWaiters: 100_000,
    },
  ],
  limits: DEFAULT_LIMITS,
  log: { level: "info", calls: false },
};

describe("defaults", () => {
  it("hold without a file", () => {
    expect(loadSettings(none)).toEqual({ settings: DEFAULTS, warnings: [] });
  });

  it.each(["", "# nothing yet\n", "---\n...\n", "limits: {}\nlog: {}\n"])(
    "hold with the file %j",
    (content) => {
      expect(load(content).settings).toEqual(DEFAULTS);
    },
  );
});

describe("a file of the old service", () => {
  const old =
    "pools:\n    - name: pool1\n      expire: 300\n\n    - name: pool2\n      expire: 300\n      servers: acme1, acme2\n";

  it("starts ours unchanged", () => {
    const { settings, warnings } = load(`backend: inmemory\n${old}`);
    expect(
      settings.pools.map(({ name, defaultTtlMs, servers }) => ({ name, defaultTtlMs, servers })),
    ).toEqual([
      { name: "pool1", defaultTtlMs: 300_000, servers: [] },
      { name: "pool2", defaultTtlMs: 300_000, servers: ["acme1", "acme2"] },
    ]);
    expect(warnings).toEqual([]);
  });

  it("for memcached is refused, and told what this build has", () => {
    expect(refusals(`backend: memcache\n${old}`)).toEqual([
      'distributex.yaml:1:1: backend: expected inmemory, got "memcache"; ' +
        "this build has the memory engine only, and memcached comes with a later release",
    ]);
  });

  it("for memcached starts with --backend inmemory, with a warning of what has no effect", () => {
    const content = `backend: memcache\nmemcachehost: cache1\nmemcacheport: 11212\n${old}`;
    const { settings, warnings } = load(content, { flags: { backend: "inmemory" } });
    expect(settings.backend).toBe("memory");
    expect(warnings.map((line) => line.replace(/^.*yaml/, ""))).toEqual([
      ":2:1: memcachehost: has no effect with backend inmemory",
      ":3:1: memcacheport: has no effect with backend inmemory",
    ]);
  });
});

describe("precedence", () => {
  const content = "startdelay: 1\nlog: {level: debug, calls: true}\nlisten: 127.0.0.1:1\n";

  it("is flags over environment over file", () => {
    const env = { DISTRIBUTEX_STARTDELAY: "2s", DISTRIBUTEX_LISTEN: "127.0.0.1:2" };
    const { settings } = load(content, { env, flags: { listen: ["127.0.0.1:3", "[::1]:3"] } });
    expect(settings.startDelayMs).toBe(2_000);
    expect(settings.listen).toEqual([
      { host: "127.0.0.1", port: 3 },
      { host: "::1", port: 3 },
    ]);
    expect(settings.log).toEqual({ level: "debug", calls: true });
  });

  it("lets a flag say no to the file", () => {
    expect(load(content, { flags: { "log.calls": false } }).settings.log.calls).toBe(false);
  });

  it("excuses no wrong value that is overruled", () => {
    const env = { DISTRIBUTEX_DRAIN: "soon" };
    expect(refusals("drain: later\n", { env, flags: { drain: "1s" } })).toEqual([
      expect.stringMatching(/^distributex\.yaml:1:1: drain: expected a duration from 0 to 1h, got "later";/),
      expect.stringMatching(/^DISTRIBUTEX_DRAIN: expected a duration from 0 to 1h, got "soon";/),
    ]);
  });
});

describe("the environment", () => {
  it.each([
    ["true", true],
    ["1", true],
    ["False", false],
    ["0", false],
  ])("says yes or no with %j", (text, calls) => {
    expect(loadSettings({ ...none, env: { DISTRIBUTEX_LOG_CALLS: text } }).settings.log.calls).toBe(calls);
  });

  it("is not taken from what Kubernetes sets beside a Service, nor from what is empty", () => {
    const env = {
      DISTRIBUTEX_PORT: "tcp://10.0.0.1:9889",
      DISTRIBUTEX_SERVICE_HOST: "10.0.0.1",
      DISTRIBUTEX_MEMCACHEPORT: "tcp://10.0.0.2:11211",
      DISTRIBUTEX_LISTEN: "",
    };
    expect(loadSettings({ ...none, env })).toEqual({ settings: DEFAULTS, warnings: [] });
  });

  it("names the file where the command line doesn't", () => {
    expect(configFile("a.yaml", { DISTRIBUTEX_CONFIG: "b.yaml" })).toBe("a.yaml");
    expect(configFile(undefined, { DISTRIBUTEX_CONFIG: "b.yaml" })).toBe("b.yaml");
    expect(configFile(undefined, { DISTRIBUTEX_CONFIG: "" })).toBeUndefined();
  });
});

describe("flags", () => {
  it("are named in their problems, all of them", () => {
    const flags = { backend: ["inmemory", "memory"], "log.level": "loud", memcacheport: "1e3", listen: true };
    expect(refusals("", { flags })).toEqual([
      expect.stringMatching(/^--listen: expected an address such as .*, got true$/),
      "--backend: expected one value, got 2",
      '--memcacheport: expected a whole number from 1 to 65535, got "1e3"',
      '--log-level: expected one of fatal, error, warn, info, debug, trace, silent, got "loud"',
    ]);
  });

  it("are judged too when the file can't be read, and nothing is concluded from half of the truth", () => {
    const flags = { drain: "x", listen: "0.0.0.0" };
    const lines = refusals("a: [\n", { flags });
    expect(lines.at(-1)).toMatch(/^--drain: /);
    expect(lines.join()).not.toContain("loopback");
  });
});

it("a file that isn't there stops the start", () => {
  expect(() => loadSettings({ ...none, file: "/nowhere/distributex.yaml" })).toThrow(
    /^\/nowhere\/distributex\.yaml: expected a file of YAML, got ENOENT: no such file/,
  );
});
