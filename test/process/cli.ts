import { fileURLToPath } from "node:url";
import { Program, type Ended, type ProgramOptions } from "./program.js";

/** The command as it is installed; `npm test` builds it first. */
export const MAIN = fileURLToPath(new URL("../../dist/src/cli/main.js", import.meta.url));

/** Starts `distributex ARGS`. */
export function start(args: readonly string[], options?: ProgramOptions): Program {
  return new Program(process.execPath, [MAIN, ...args], options);
}

/** Runs `distributex ARGS` to its end. */
export function run(args: readonly string[], options?: ProgramOptions): Promise<Ended> {
  return start(args, options).ended;
}
