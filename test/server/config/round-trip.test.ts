import fc from "fast-check";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { DEFAULT_LIMITS } from "../../../src/contract/limits.js";
import { isLoopback } from "../../../src/server/config/host.js";
import { load } from "./written.js";

const CENTURY_S = 3_153_600_000;

/** A duration as somebody may write it, and what it is in milliseconds. */
function written(leastS: number, mostS: number): fc.Arbitrary<{ said: string | number; ms: number }> {
  return fc.integer({ min: leastS, max: mostS }).chain((seconds) => {
    const forms = [
      seconds,
      `${seconds}`,
      `${seconds}s`,
      `${seconds * 1000}ms`,
      `${Math.floor(seconds / 60)}m${seconds % 60}s`,
    ];
    return fc.constantFrom(...forms).map((said) => ({ said, ms: seconds * 1000 }));
  });
}

const serverName = fc.stringMatching(/^[a-z][a-z0-9.-]{0,20}$/);

const pool = fc.record(
  {
    expire: written(1, 1_000_000),
    maxexpire: written(1_000_000, CENTURY_S),
    maxhold: written(1, CENTURY_S),
    maxlocks: fc.integer({ min: 1, max: 1_000_000 }),
    servers: fc.uniqueArray(serverName, { minLength: 1, maxLength: 5 }),
    lockdelay: written(0, 2_592_000),
    maxwaiters: fc.integer({ min: 0, max: 10_000_000 }),
  },
  { requiredKeys: [] },
);

// What YAML and patterns treat as special, and some others.
const NAME_CHARACTERS = Array.from("aZ09*/:#'\" -é{[&!%@`|>");
const poolName = fc
  .string({ unit: fc.constantFrom(...NAME_CHARACTERS), minLength: 1, maxLength: 30 })
  .filter((name) => name === name.normalize("NFC"));

const address = fc.tuple(
  fc.constantFrom("127.0.0.1", "localhost", "[::1]", "10.1.2.3"),
  fc.integer({ min: 1, max: 65_535 }),
);

const config = fc.record(
  {
    listen: fc.uniqueArray(address, { minLength: 1, maxLength: 4, selector: String }),
    startdelay: written(0, 2_592_000),
    drain: written(0, 3_600),
    keepalive: written(1, 3_600),
    pools: fc.uniqueArray(fc.tuple(poolName, pool), {
      minLength: 1,
      maxLength: 8,
      selector: ([name]) => name,
    }),
    limits: fc.record(
      {
        locks: fc.integer({ min: 1, max: 1_000_000 }),
        message_bytes: fc.integer({ min: 65_536, max: 1_000_000 }),
      },
      { requiredKeys: [] },
    ),
    log: fc.record(
      { level: fc.constantFrom("info", "debug", "silent"), calls: fc.boolean() },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

it("a valid configuration, written as YAML, comes back as it was meant", () => {
  fc.assert(
    fc.property(
      config,
      fc.boolean(),
      ({ listen, startdelay, drain, keepalive, pools, limits, log }, asText) => {
        const meant = (listen ?? [["127.0.0.1", 9889]]).map(([host, port]) => ({
          host: host.replaceAll(/[[\]]/g, ""),
          port,
        }));
        const addresses = listen?.map(([host, port]) => `${host}:${port}`);
        const content = {
          listen: asText ? addresses?.join(", ") : addresses,
          insecure: meant.some(({ host }) => !isLoopback(host)),
          startdelay: startdelay?.said,
          drain: drain?.said,
          keepalive: keepalive?.said,
          pools: pools?.map(([name, { expire, maxexpire, maxhold, lockdelay, servers, ...rest }]) => ({
            name,
            ...rest,
            expire: expire?.said,
            maxexpire: maxexpire?.said,
            maxhold: maxhold?.said,
            lockdelay: lockdelay?.said,
            servers: asText ? servers?.join(" , ") : servers,
          })),
          limits,
          log,
        };
        expect(load(stringify(content, { keepUndefined: false, aliasDuplicateObjects: false }))).toEqual({
          settings: {
            backend: "memory",
            listen: meant,
            insecure: content.insecure,
            startDelayMs: startdelay?.ms ?? 0,
            drainMs: drain?.ms ?? 10_000,
            keepaliveMs: keepalive?.ms ?? 10_000,
            pools: (pools ?? [["*", {}] as const]).map(([name, said]) => ({
              name,
              defaultTtlMs: said.expire?.ms ?? 1_800_000,
              maxTtlMs: said.maxexpire?.ms ?? Math.max(86_400_000, said.expire?.ms ?? 0),
              maxHoldMs: said.maxhold?.ms ?? Infinity,
              capacity: said.maxlocks ?? 1,
              servers: said.servers ?? [],
              lockDelayMs: said.lockdelay?.ms ?? 0,
              maxWaiters: said.maxwaiters ?? 100_000,
            })),
            limits: { ...DEFAULT_LIMITS, ...limits },
            log: { level: "info", calls: false, ...log },
          },
          warnings: [],
        });
      },
    ),
    { numRuns: 300 },
  );
});

it("whatever the file holds, it is taken or refused with a place, and nothing else happens", () => {
  const keys = fc.constantFrom(
    "listen",
    "pools",
    "log",
    "limits",
    "expire",
    "name",
    "servers",
    "drain",
    "level",
    "__proto__",
  );
  const tree = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom<unknown>(null, true, 0, -1, NaN, Infinity, 1e300, "", "*", "0", "5m", ":1"),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(keys, tie("value"), { maxKeys: 4 }),
    ),
  })).value;
  fc.assert(
    fc.property(tree, (value) => {
      try {
        load(stringify(value));
      } catch (thrown) {
        expect(thrown).toHaveProperty("name", "ConfigError");
        for (const line of (thrown as Error).message.split("\n")) {
          expect(line).toMatch(/distributex\.yaml:\d+:\d+: (.+: )?expected .+, got .+/);
        }
      }
    }),
    { numRuns: 500 },
  );
});
