import type { Argv } from "yargs";
import { AcquireRequest } from "../../gen/distributex/v1/lock_service.js";
import { Mode } from "../../gen/distributex/v1/lock.js";
import { toWire } from "../contract/duration.js";
import { randomUUID } from "node:crypto";
import { durationFlag, metadataFlag, weightFlag } from "./flag-values.js";
import { ownOwner } from "./self.js";

/** What `acquire` and `wait` are asked for, as it was typed. */
export interface LockFlags {
  readonly name: string;
  readonly shared: boolean;
  readonly weight?: string | undefined;
  readonly ttl?: string | undefined;
  readonly owner?: string | undefined;
  readonly metadata: readonly string[];
  readonly value?: string | undefined;
  readonly requestId?: string | undefined;
}

const text = { type: "string", requiresArg: true } as const;

/** The flags that say which lock to take, and how. */
export function lockFlags(yargs: Argv) {
  return ownerFlags(yargs)
    .positional("name", { type: "string", demandOption: true, describe: "The lock's name" })
    .option("shared", {
      type: "boolean",
      default: false,
      describe: "Take it together with others who share it",
    })
    .option("weight", { ...text, describe: "Units to take of a lock that has several, default 1" })
    .option("value", { ...text, describe: "What to publish as its leader" });
}

/** The flags that say who asks, and for how long. */
export function ownerFlags(yargs: Argv) {
  return yargs
    .option("ttl", {
      ...text,
      describe: "How long the lease lives without a renewal (0: for ever); default: its pool's",
    })
    .option("owner", { ...text, describe: "A label for people; default: user@pid" })
    .option("metadata", {
      ...text,
      array: true,
      default: [] as string[],
      describe: "KEY=VALUE for people; may be repeated",
    })
    .option("request-id", {
      ...text,
      describe: "Asking again with the same id finds the same lease; a secret",
    });
}

/** The request for these flags, still without a time to wait. */
export function lockRequest(flags: LockFlags, pid: number): AcquireRequest {
  const { name, shared, weight, ttl, owner, metadata, value, requestId } = flags;
  return AcquireRequest.create({
    name,
    mode: shared ? Mode.SHARED : Mode.EXCLUSIVE,
    weight: weight === undefined ? 1 : weightFlag("--weight", weight),
    ttl: ttl === undefined ? undefined : toWire(durationFlag("--ttl", ttl)),
    owner: ownOwner(pid, owner, metadataFlag("--metadata", metadata)),
    // Always one of our own, so that a lost reply can be asked for again and leaks no lock.
    requestId: requestId ?? randomUUID(),
    value: value ?? "",
  });
}
