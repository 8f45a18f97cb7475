import { constants } from "node:os";
import pino, { type Logger } from "pino";
import { formatAddress } from "../contract/address.js";
import { VERSION } from "../contract/version.js";
import type { LoadedSettings } from "./config/load.js";
import { DistributexServer } from "./server.js";
import type { ServerSettings } from "./settings.js";

export interface ProcessOptions {
  /** Reads the settings anew; throws when they are wrong. */
  readonly load: () => LoadedSettings;
  /** What a reload can't change, in words. */
  readonly changesNeedingRestart: (before: ServerSettings, after: ServerSettings) => readonly string[];
}

/**
 * Runs a server until it is told to stop, and resolves with the exit code. SIGTERM and SIGINT drain (a second one
 * ends the process at once), SIGHUP reloads. Prints one line for each address on stdout when it serves; the log goes
 * to stderr.
 */
export async function serve({ load, changesNeedingRestart }: ProcessOptions): Promise<number> {
  let { settings, warnings } = load();
  // Not synchronous: a stderr that blocks must not stop the locks. So every end of the process flushes it.
  const stderr = pino.destination({ fd: 2, sync: false });
  const log = pino({ level: settings.log.level, base: null }, stderr);
  process.on("exit", () => {
    stderr.flushSync();
  });
  // Nobody reads the log any more: no reason for the locks to end.
  stderr.on("error", () => undefined);
  for (const warning of warnings) log.warn(warning);
  const server = new DistributexServer(settings, log);
  endOnFault(log);
  // Before it says that it serves: who reads that line may send a signal at once.
  const told = untilTold(log);
  process.on("SIGHUP", () => {
    try {
      const loaded = load();
      for (const warning of loaded.warnings) log.warn(warning);
      for (const change of changesNeedingRestart(settings, loaded.settings)) {
        log.warn({ setting: change }, "a reload can't change this; restart to put it in force");
      }
      ({ settings, warnings } = loaded);
      log.level = settings.log.level;
      server.reload(settings.pools, settings.log.calls);
      log.info({ pools: settings.pools.length }, "reloaded");
    } catch (error) {
      log.error({ err: error }, "not reloaded; the settings before stay in force");
    }
  });
  await server.start();
  log.info(startFacts(settings, server), "serving");
  for (const address of server.addresses) {
    process.stdout.write(`distributex listening on ${formatAddress(address)}\n`);
  }
  await told;
  await server.stop();
  log.info("stopped");
  return 0;
}

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function untilTold(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    let told = false;
    const stop = (signal: NodeJS.Signals): void => {
      if (told) process.exit(128 + constants.signals[signal]);
      told = true;
      log.info({ signal }, "stopping");
      resolve();
    };
    process.on("SIGTERM", stop);
    process.on("SIGINT", stop);
  });
}

/** A fault that nobody caught leaves a state that nobody knows: better no lock server than a wrong one. */
function endOnFault(log: Logger): void {
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "fault; the process ends");
    process.exit(1);
  });
}

/** What was configured, for the one line that each start logs. */
function startFacts(settings: ServerSettings, server: DistributexServer): Record<string, unknown> {
  const { backend, startDelayMs, drainMs, keepaliveMs, insecure, pools, limits } = settings;
  const listen = server.addresses.map(formatAddress);
  const facts = {
    version: VERSION,
    node: process.version,
    pid: process.pid,
    engine: backend,
    listen,
    insecure,
  };
  return { ...facts, startDelayMs, drainMs, keepaliveMs, pools: pools.map(({ name }) => name), limits };
}
