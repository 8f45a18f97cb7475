import type { Context, Command } from "./command.js";
import type { Argv } from "yargs";

/** A command whose flags the caller doesn't know. */
export interface AnyCommand {
  options(yargs: Argv): unknown;
  run(flags: never, context: Context): Promise<number>;
}

/** A row of the table below. */
export interface Entry {
  /** The name and the positional arguments, as yargs has them. */
  readonly usage: string;
  readonly describe: string;
  /** Loads the command: only the one that was asked for. */
  readonly load: () => Promise<AnyCommand>;
}

function entry<Flags>(usage: string, describe: string, load: () => Promise<Command<Flags>>): Entry {
  return { usage, describe, load };
}

/** Every command, in the order of `--help`. */
export const COMMANDS: readonly Entry[] = [
  entry("serve", "Run a lock server", async () => (await import("./serve.js")).serve),
  entry(
    "acquire <name>",
    "Take a lock and print its lease",
    async () => (await import("./acquire.js")).acquire,
  ),
  entry("release [lease]", "Give a lock back", async () => (await import("./release.js")).release),
  entry("renew [lease]", "Let a lease run for its ttl again", async () => (await import("./renew.js")).renew),
  entry(
    "wait <name>",
    "Take a lock and show the place in the queue meanwhile",
    async () => (await import("./wait.js")).wait,
  ),
  entry(
    "inspect [name]",
    "Show who holds a lock and who waits for it",
    async () => (await import("./inspect.js")).inspect,
  ),
  entry("list [prefix]", "List the locks in use", async () => (await import("./list.js")).list),
  entry("pools", "List the pools that locks run under", async () => (await import("./pools.js")).pools),
  entry(
    "campaign <name>",
    "Stand for election, and lead until told to stop",
    async () => (await import("./campaign.js")).campaign,
  ),
  entry(
    "observe <name>",
    "Show who leads, and every change",
    async () => (await import("./observe.js")).observe,
  ),
  entry(
    "proclaim [lease]",
    "Replace what the leader publishes",
    async () => (await import("./proclaim.js")).proclaim,
  ),
  entry(
    "force-release <name>",
    "End somebody else's lease",
    async () => (await import("./force-release.js")).forceRelease,
  ),
  entry("watch [prefix]", "Show what happens to locks", async () => (await import("./watch.js")).watch),
  entry("stats", "Show the server's counts", async () => (await import("./stats.js")).stats),
  entry(
    "info",
    "Show what the server is and what it guarantees",
    async () => (await import("./info.js")).info,
  ),
];

/** The word that calls a command. */
export function commandName({ usage }: Entry): string {
  return usage.split(" ")[0] ?? usage;
}
