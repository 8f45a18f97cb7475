import { formatDuration } from "../../contract/duration.js";
import { LIMITS } from "../../contract/limits.js";
import type { Policy } from "../../core/policy.js";
import { readRows, type Found, type Reading } from "./mapping.js";
import { POOL_KEYS } from "./pool-keys.js";
import { Misfit } from "./problems.js";
import { defaultOf, type Values } from "./row.js";
import type { Path } from "./yaml-file.js";

type PoolValues = Partial<Values<typeof POOL_KEYS>>;

/** What a ttl may be asked for where a pool doesn't say. */
const USUAL_CEILING_MS = 86_400_000;

/** The pools of a configuration that has none: one for every lock. */
export function defaultPools(): Policy[] {
  return [policyOf("*", {})];
}

/** The pools that have no fault. */
export function readPools(reading: Reading, value: unknown, path: Path): Policy[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > LIMITS.pools) {
    const hint = 'leave the key out for one pool "*" with all defaults';
    reading.problems.add(
      reading.file.place(path),
      new Misfit(`a list of 1 to ${LIMITS.pools} pools`, { hint }),
      value,
    );
    return [];
  }
  const seen = new Map<string, number>();
  return value.flatMap((item: unknown, index) => {
    const at = [...path, index];
    const found = readRows(reading, item, at, POOL_KEYS);
    if (found === undefined) return [];
    checkCeiling(reading, found, at);
    const name = checkPoolName(reading, found, at, seen);
    return name === undefined ? [] : [policyOf(name, found.values)];
  });
}

function checkPoolName(
  { file, problems }: Reading,
  { values, wrong }: Found<typeof POOL_KEYS>,
  at: Path,
  seen: Map<string, number>,
): string | undefined {
  const { name } = values;
  if (wrong.has("name")) return undefined;
  const place = file.place([...at, "name"]);
  if (name === undefined) {
    problems.add(place, new Misfit("a name, which every pool needs"), undefined);
    return undefined;
  }
  const other = seen.get(name);
  if (other === undefined) seen.set(name, Number(at.at(-1)));
  else problems.add(place, new Misfit(`a name other than that of pools[${other}]`), name);
  return name;
}

function checkCeiling(
  { file, problems }: Reading,
  { values, wrong }: Found<typeof POOL_KEYS>,
  at: Path,
): void {
  const { expire = defaultOf(POOL_KEYS.expire), maxexpire } = values;
  if (wrong.has("expire") || maxexpire === undefined || maxexpire >= expire) return;
  const least =
    expire === Infinity
      ? "0 (no ceiling), as expire is 0 (never)"
      : `at least expire, ${formatDuration(expire)}`;
  problems.add(
    file.place([...at, "maxexpire"]),
    new Misfit(least, { got: formatDuration(maxexpire) }),
    maxexpire,
  );
}

function policyOf(name: string, values: PoolValues): Policy {
  const { expire = defaultOf(POOL_KEYS.expire) } = values;
  return {
    name,
    defaultTtlMs: expire,
    maxTtlMs: values.maxexpire ?? Math.max(USUAL_CEILING_MS, expire),
    maxHoldMs: values.maxhold ?? Infinity,
    capacity: values.maxlocks ?? defaultOf(POOL_KEYS.maxlocks),
    servers: values.servers ?? [],
    lockDelayMs: values.lockdelay ?? defaultOf(POOL_KEYS.lockdelay),
    maxWaiters: values.maxwaiters ?? defaultOf(POOL_KEYS.maxwaiters),
  };
}
