import type { ArgumentsCamelCase, Argv } from "yargs";
import { chooseServers } from "./server-choice.js";
import { durationFlag } from "./flag-values.js";
import { interruption } from "./interruption.js";
import { Output } from "./output.js";
import { ServerLink } from "./server-link.js";

/** The flags of every command that talks to a server. */
export interface SharedFlags {
  readonly json: boolean;
  readonly server?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly "connect-timeout": string;
}

/** The flags that say which server to ask. */
export const SERVER_FLAGS = ["server", "host", "port", "connect-timeout"] as const;

/** One command: the flags it has besides the shared ones, and what it does. */
export interface Command<Flags> {
  options(yargs: Argv): Argv<Flags>;
  /** Resolves with the exit code. */
  run(flags: ArgumentsCamelCase<Flags & SharedFlags>, context: Context): Promise<number>;
}

/** Lets the flags that `run` gets be inferred from what `options` declares. */
export function command<Flags>(
  options: Command<Flags>["options"],
  run: Command<Flags>["run"],
): Command<Flags> {
  return { options, run };
}

/** What a command works with. Nothing is set up before it is used. */
export class Context {
  readonly output: Output;
  #stopped: AbortSignal | undefined;
  #link: ServerLink | undefined;

  constructor(private readonly flags: ArgumentsCamelCase<SharedFlags>) {
    this.output = new Output(flags.json);
  }

  /** Aborts with Interrupted when a signal ends the command. */
  get stopped(): AbortSignal {
    return (this.#stopped ??= interruption());
  }

  get link(): ServerLink {
    return (this.#link ??= new ServerLink(
      chooseServers(this.flags, process.env),
      durationFlag("--connect-timeout", this.flags.connectTimeout),
      this.stopped,
    ));
  }

  close(): void {
    this.#link?.close();
  }
}
