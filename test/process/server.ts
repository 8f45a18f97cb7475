import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { start } from "./cli.js";
import type { Ended, Program } from "./program.js";

export interface ServerOptions {
  /** The text of a configuration file; absent: none. */
  readonly config?: string;
  /** Flags of `serve`; absent: `--listen 127.0.0.1:0`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A `distributex serve` in a process of its own. */
export interface ServerProcess extends AsyncDisposable {
  /** The port of the first listen address. */
  readonly port: number;
  /** `HOST:PORT` of every listen address, as printed. */
  readonly addresses: readonly string[];
  readonly program: Program;
  /** Where its configuration lies, to be changed before a SIGHUP; undefined: it has none. */
  readonly configFile: string | undefined;
  /** SIGTERM; resolves when it has ended. */
  stop(): Promise<Ended>;
  /** SIGKILL; resolves when it has ended. `await using` does it at the end of a test, also of one that fails. */
  kill(): Promise<Ended>;
}

const LISTENING = /^distributex listening on (\S+:\d+)$/gm;

/** Starts a server and resolves when it is ready on all of its listen addresses. */
export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const { args = ["--listen", "127.0.0.1:0"], env = {} } = options;
  const folder = options.config === undefined ? undefined : await mkdtemp(join(tmpdir(), "distributex-"));
  const configFile = folder === undefined ? undefined : join(folder, "distributex.yaml");
  if (configFile !== undefined) await writeFile(configFile, options.config ?? "");
  const config = configFile === undefined ? [] : ["--config", configFile];
  const program = start(["serve", ...config, ...args], { env });
  const end = async (signal: NodeJS.Signals) => {
    program.kill(signal);
    const ended = await program.ended;
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    return ended;
  };
  const listeners = Math.max(1, args.filter((arg) => /^--listen\b/.test(arg)).length);
  await program.until("stdout", new RegExp(`(^distributex listening on \\S+\\n[^]*){${listeners}}`, "m"));
  const addresses = [...program.stdout.matchAll(LISTENING)].map((line) => line[1]!);
  const port = Number(addresses[0]!.slice(addresses[0]!.lastIndexOf(":") + 1));
  return {
    port,
    addresses,
    program,
    configFile,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    [Symbol.asyncDispose]: async () => {
      await end("SIGKILL");
    },
  };
}
