import { afterAll, beforeAll } from "vitest";
import { run, start } from "../process/cli.js";
import type { Ended, Program, ProgramOptions } from "../process/program.js";
import { startServer, type ServerOptions, type ServerProcess } from "../process/server.js";

/** A server for the tests of one file, and the command line turned to it. */
export interface CliServer {
  readonly server: () => ServerProcess;
  readonly run: (args: readonly string[], options?: ProgramOptions) => Promise<Ended>;
  readonly start: (args: readonly string[], options?: ProgramOptions) => Program;
  /** Runs with `--json` and reads what it printed, one object a line. */
  readonly json: (args: readonly string[], options?: ProgramOptions) => Promise<Record<string, unknown>[]>;
  /** The state of one lock as Inspect has it. */
  readonly inspect: (name: string) => Promise<LockState>;
}

export interface LockState {
  readonly holderCount: number;
  readonly waiterCount: number;
  readonly fencingToken: string;
  readonly holders: { readonly owner: { host: string; label: string }; readonly fencingToken: string }[];
}

export function cliServer(options?: ServerOptions): CliServer {
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServer(options);
  });
  afterAll(async () => {
    await server.stop();
  });
  const turned = ({ env, ...others }: ProgramOptions = {}): ProgramOptions => ({
    ...others,
    env: { DISTRIBUTEX_SERVER: `127.0.0.1:${server.port}`, ...env },
  });
  const json: CliServer["json"] = async (args, given) => {
    const { stdout } = await run([...args, "--json"], turned(given));
    return stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  };
  return {
    server: () => server,
    run: (args, given) => run(args, turned(given)),
    start: (args, given) => start(args, turned(given)),
    json,
    inspect: async (name) => (await json(["inspect", name]))[0]!.lock as LockState,
  };
}
