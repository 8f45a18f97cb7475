import { LockError } from "../../contract/errors.js";
import { LIMITS } from "../../contract/limits.js";
import { checkName, checkText } from "../../contract/names.js";
import { duration, wholeNumber, type Kind } from "./kinds.js";
import { Misfit, shown } from "./problems.js";
import type { Row } from "./row.js";

const DAY_MS = 86_400_000;
/** Beyond this a number is a mistake: "never" is said otherwise. */
const CENTURY_MS = 36_500 * DAY_MS;

const never = { ms: Infinity, means: "never" };
const noCeiling = { ms: Infinity, means: "no ceiling" };

const NAME = "a lock name, or a pattern with *";
const poolName: Kind<string> = {
  expected: NAME,
  parse(value) {
    if (typeof value !== "string") throw new Misfit(NAME);
    orMisfit(NAME, () => {
      checkName(value, "it");
    });
    return value;
  },
  fromText: (text) => text,
};

const HOSTS = "host names: text with commas, or a list of texts";
const servers: Kind<readonly string[]> = {
  expected: HOSTS,
  parse(value) {
    // The old service took every blank out, wherever it was.
    const names = typeof value === "string" ? value.replaceAll(/\s/g, "").split(",").filter(Boolean) : value;
    // An empty list would be anyone where somebody meant nobody.
    if (!Array.isArray(names) || names.length === 0) {
      throw new Misfit(HOSTS, { hint: "leave the key out for anyone" });
    }
    return [...new Set(names.map(serverName))];
  },
  fromText: (text) => text,
};

function serverName(name: unknown): string {
  if (typeof name !== "string") throw new Misfit(HOSTS, { got: `${shown(name)} among them` });
  if (name === "" || /[\s,]/.test(name))
    throw new Misfit("names without blanks and commas", { got: shown(name) });
  orMisfit(HOSTS, () => {
    checkText(name, "one of them", LIMITS.ownerFieldBytes);
  });
  return name;
}

function orMisfit(expected: string, check: () => void): void {
  try {
    check();
  } catch (thrown) {
    throw thrown instanceof LockError ? new Misfit(expected, { hint: thrown.message }) : thrown;
  }
}

const lease = { leastMs: LIMITS.minTtlMs, mostMs: CENTURY_MS };

/** The keys of one of the `pools`. */
export const POOL_KEYS = {
  name: {
    kind: poolName,
    defaultNote: "required",
    description: "A lock's name, or a pattern in which `*` is any text",
  },
  expire: {
    kind: duration({ ...lease, zero: never }),
    default: "1800",
    description: "Default ttl of a lease; 0 is never",
  },
  maxexpire: {
    kind: duration({ ...lease, zero: noCeiling }),
    defaultNote: "86400, or `expire` where that is more; none where `expire` is 0",
    description: "Longest ttl that may be asked for; 0 is no ceiling",
  },
  maxhold: {
    kind: duration(lease),
    defaultNote: "none",
    description: "Total time that a lease may last, however often it is renewed",
  },
  maxlocks: {
    kind: wholeNumber(1, LIMITS.maxCapacity),
    default: "1",
    description: "Capacity: how many may hold a lock at once",
  },
  servers: {
    kind: servers,
    defaultNote: "anyone",
    description: "Hosts that may use it: text with commas, or a list",
  },
  lockdelay: {
    kind: duration({ leastMs: 0, mostMs: 30 * DAY_MS }),
    default: "0",
    description: "How long a lock stays taken after a lease that was not released",
  },
  maxwaiters: {
    kind: wholeNumber(0, 10_000_000),
    default: "100000",
    description: "Waiters that one lock may have",
  },
} as const satisfies Record<string, Row>;
