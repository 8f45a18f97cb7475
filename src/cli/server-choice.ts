import { isIPv6 } from "node:net";
import { DEFAULT_PORT, InvalidAddress, parseAddresses, parsePort, type Address } from "../client/address.js";
import { UsageError } from "./usage-error.js";

/** The flags that name a server; undefined where one was not given. */
export interface ServerFlags {
  readonly server?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
}

const DEFAULT_HOST = "localhost";

/**
 * The servers to try, in order: `--server`; else `--host` and `--port`; else DISTRIBUTEX_SERVER; else
 * DISTRIBUTEX_HOST and DISTRIBUTEX_PORT, which also stand in for the one of `--host` and `--port` that is absent;
 * else localhost:9889.
 *
 * @throws {UsageError}
 */
export function chooseServers(flags: ServerFlags, env: NodeJS.ProcessEnv): Address[] {
  const { server, host, port } = flags;
  if (server !== undefined) {
    if (host !== undefined || port !== undefined) {
      throw new UsageError("Give either --server, or --host and --port");
    }
    return read("--server", () => parseAddresses(server));
  }
  const listed = setVariable(env, "DISTRIBUTEX_SERVER");
  if (host === undefined && port === undefined && listed !== undefined) {
    return read("DISTRIBUTEX_SERVER", () => parseAddresses(listed));
  }
  return [{ host: chooseHost(host, env), port: choosePort(port, env) }];
}

function chooseHost(flag: string | undefined, env: NodeJS.ProcessEnv): string {
  const [source, text] =
    flag === undefined ? ["DISTRIBUTEX_HOST", setVariable(env, "DISTRIBUTEX_HOST")] : ["--host", flag];
  return text === undefined ? DEFAULT_HOST : read(source, () => parseHost(text));
}

function parseHost(text: string): string {
  const [address, ...others] = parseAddresses(isIPv6(text) ? `[${text}]` : text, 0);
  if (address === undefined || others.length > 0 || address.port !== 0) {
    throw new InvalidAddress(`Expected a host without a port, got "${text}"`);
  }
  return address.host;
}

function choosePort(flag: string | undefined, env: NodeJS.ProcessEnv): number {
  if (flag !== undefined) return read("--port", () => parsePort(flag));
  const variable = setVariable(env, "DISTRIBUTEX_PORT");
  // Kubernetes sets NAME_PORT=tcp://... beside a Service of that name; that is not meant for us.
  if (variable === undefined || variable.startsWith("tcp://")) return DEFAULT_PORT;
  return read("DISTRIBUTEX_PORT", () => parsePort(variable));
}

/** A variable's value; compose files set unset ones to nothing. */
export function setVariable(env: NodeJS.ProcessEnv, name: string): string | undefined {
  return env[name] === "" ? undefined : env[name];
}

function read<T>(source: string, parse: () => T): T {
  try {
    return parse();
  } catch (thrown) {
    if (thrown instanceof InvalidAddress) throw new UsageError(`${source}: ${thrown.message}`);
    throw thrown;
  }
}
