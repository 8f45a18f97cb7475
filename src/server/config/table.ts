import { addresses } from "./addresses.js";
import { isHost } from "./host.js";
import { duration, oneOf, wholeNumber, yesNo, type Kind } from "./kinds.js";
import { Misfit } from "./problems.js";
import type { Row, Values } from "./row.js";

/** A key that a flag and a variable can set too. `log.level` is `level` inside `log` in the file. */
export interface Setting<T = unknown> extends Row<T> {
  readonly flag: string;
  readonly env: string;
  readonly default: string;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const ONE_HOST = "one host name or address, without a port";
const host: Kind<string> = {
  expected: ONE_HOST,
  parse(value) {
    if (typeof value === "string" && isHost(value)) return value;
    throw new Misfit(ONE_HOST);
  },
  fromText: (text) => text,
};

function setting<T>(name: string, kind: Kind<T>, initial: string, description: string): Setting<T> {
  const words = name.replaceAll(/[._]/g, "-");
  const env = `DISTRIBUTEX_${words.replaceAll("-", "_").toUpperCase()}`;
  return { kind, flag: words, env, default: initial, description };
}

const startDelay = duration({ leastMs: 0, mostMs: 30 * DAY_MS });
const keepaliveTime = duration({ leastMs: 1_000, mostMs: HOUR_MS });
const drainTime = duration({ leastMs: 0, mostMs: HOUR_MS });
const recoveryTime = duration({ leastMs: 1_000, mostMs: DAY_MS });
const backend = oneOf({
  inmemory: "memory",
  memory: "memory",
  memcache: "memcached",
  memcached: "memcached",
});
const logLevel = oneOf({
  fatal: "fatal",
  error: "error",
  warn: "warn",
  info: "info",
  debug: "debug",
  trace: "trace",
  silent: "silent",
});

/** Every setting that flags and variables know, once. The file knows pools and limits besides. */
export const SETTINGS = {
  listen: setting(
    "listen",
    addresses,
    "127.0.0.1:9889",
    "Addresses to listen on, one or more; port 0 is any free one",
  ),
  insecure: setting(
    "insecure",
    yesNo,
    "false",
    "Listen on public addresses although anyone there could use every lock",
  ),
  startdelay: setting("startdelay", startDelay, "0", "Grant nothing for this long after the start"),
  keepalive: setting(
    "keepalive",
    keepaliveTime,
    "10s",
    "How long a connection may be silent before it is asked whether it lives, and again until it is given up",
  ),
  drain: setting("drain", drainTime, "10s", "How long a shutdown may take"),
  backend: setting(
    "backend",
    backend,
    "inmemory",
    "What keeps the locks: inmemory (or memory); memcache comes with a later release",
  ),
  memcachehost: setting(
    "memcachehost",
    host,
    "localhost",
    "Host of memcached; no effect with backend inmemory",
  ),
  memcacheport: setting(
    "memcacheport",
    wholeNumber(1, 65_535),
    "11211",
    "Port of memcached; no effect with backend inmemory",
  ),
  allow_evictions: setting(
    "allow_evictions",
    yesNo,
    "false",
    "Use a memcached that may evict locks; no effect with backend inmemory",
  ),
  recovery: setting(
    "recovery",
    recoveryTime,
    "60s",
    "Pause after memcached forgot its locks; no effect with backend inmemory",
  ),
  "log.level": setting(
    "log.level",
    logLevel,
    "info",
    "Least severity that is logged: fatal, error, warn, info, debug, trace or silent",
  ),
  "log.calls": setting("log.calls", yesNo, "false", "Log every call"),
} as const;

export type SettingName = keyof typeof SETTINGS;
export type SettingValues = Values<typeof SETTINGS>;

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];
