import pino, { type Logger } from "pino";
import { DEFAULT_LIMITS } from "../contract/limits.js";
import { defaultPools } from "./config/pools.js";
import { DistributexServer } from "./server.js";
import type { ServerSettings } from "./settings.js";

export { DistributexServer } from "./server.js";
export type { ListenAddress, ServerSettings } from "./settings.js";

/** Settings of an embedded server; whatever is left out has its default. */
export type ServerOptions = Partial<ServerSettings>;

/**
 * A lock server to run inside another program. `listen` defaults to 127.0.0.1 and a port that the system chooses:
 * see `addresses` after `start`. Logs nothing unless a pino logger is given. Nothing is read from files or the
 * environment, and no signal is handled: `stop` is the program's to call.
 */
export function createServer(
  options: ServerOptions = {},
  log: Logger = pino({ level: "silent" }),
): DistributexServer {
  return new DistributexServer({ ...EMBEDDED, ...options }, log);
}

const EMBEDDED: ServerSettings = {
  backend: "memory",
  listen: [{ host: "127.0.0.1", port: 0 }],
  insecure: false,
  startDelayMs: 0,
  keepaliveMs: 10_000,
  drainMs: 10_000,
  pools: defaultPools(),
  limits: DEFAULT_LIMITS,
  log: { level: "silent", calls: false },
};
