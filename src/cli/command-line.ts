import yargs, { type ArgumentsCamelCase, type Argv } from "yargs";
import { VERSION } from "../contract/version.js";
import { commandName, COMMANDS, type AnyCommand, type Entry } from "./commands.js";
import { Context, SERVER_FLAGS, type SharedFlags } from "./command.js";
import { EXIT, EXIT_MEANINGS } from "./exit-codes.js";
import { reportFailure } from "./failure.js";
import { Output } from "./output.js";
import { shield, unshield, unshieldText } from "./shield.js";
import { UsageError } from "./usage-error.js";

const PARSER = {
  "populate--": true,
  "parse-positional-numbers": false,
  "boolean-negation": false,
  "dot-notation": false,
  "greedy-arrays": false,
};

const EPILOGUE = [
  "Exit codes:",
  ...EXIT_MEANINGS.map(([code, meaning]) => `  ${code.padEnd(7)}${meaning}`),
].join("\n");

/** Reads the command line and does what it says; resolves with the exit code. */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.DONE;
  let chosen: Entry | undefined;
  const parser = sharedFlags(yargs(shield(args)));
  for (const entry of COMMANDS) {
    addCommand(
      parser,
      entry,
      async (command, flags) => {
        exitCode = await runCommand(command, flags, chosen);
      },
      () => {
        chosen = entry;
      },
    );
  }
  try {
    await parser.parseAsync();
  } catch (thrown) {
    return reportFailure(usageFault(thrown, chosen), new Output(args.includes("--json")), hintFor(chosen));
  }
  return exitCode;
}

function sharedFlags(parser: Argv): Argv<unknown> {
  const text = { type: "string", requiresArg: true } as const;
  return parser
    .scriptName("distributex")
    .usage("$0 <command> [flags]\n\nTakes, gives back and shows the locks of a Distributex server.")
    .locale("en")
    .parserConfiguration(PARSER)
    .option("json", {
      type: "boolean",
      default: false,
      describe: "Write JSON for scripts, one object a line",
    })
    .option("server", {
      ...text,
      alias: "s",
      describe: "Servers to try: HOST[:PORT],... [DISTRIBUTEX_SERVER]",
    })
    .option("host", {
      ...text,
      alias: "H",
      describe: "The server's host, default localhost [DISTRIBUTEX_HOST]",
    })
    .option("port", { ...text, alias: "p", describe: "The server's port, default 9889 [DISTRIBUTEX_PORT]" })
    .option("connect-timeout", {
      ...text,
      default: "10s",
      describe: "How long to look for a server that answers",
    })
    .group([...SERVER_FLAGS], "Server:")
    .strict()
    .demandCommand(1, "Expected a command")
    .recommendCommands()
    .help()
    .alias("h", "help")
    .version(VERSION)
    .epilogue(EPILOGUE)
    .wrap(Math.min(100, process.stdout.columns || 100))
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error: Error | undefined) => {
      throw error ?? new UsageError(message);
    });
}

type Run = (command: AnyCommand, flags: ArgumentsCamelCase<SharedFlags>) => Promise<void>;

function addCommand(parser: Argv, { usage, describe, load }: Entry, run: Run, chosen: () => void): void {
  parser.command({
    command: usage,
    describe,
    builder: async (inner: Argv) => {
      chosen();
      return (await load()).options(inner.epilogue(EPILOGUE)) as Argv;
    },
    handler: async (flags) => {
      await run(await load(), flags as ArgumentsCamelCase<SharedFlags>);
    },
  });
}

async function runCommand(
  command: AnyCommand,
  marked: ArgumentsCamelCase<SharedFlags>,
  entry: Entry | undefined,
): Promise<number> {
  const flags = unshield(marked);
  const context = new Context(flags);
  try {
    refuseRepeated(flags);
    return await command.run(flags as never, context);
  } catch (thrown) {
    return reportFailure(thrown, context.output, hintFor(entry));
  } finally {
    context.output.endProgress();
    context.close();
  }
}

/** Flags that may be given several times. */
const LISTS: readonly string[] = ["_", "--", "metadata", "listen"];

function refuseRepeated(flags: object): void {
  for (const [flag, value] of Object.entries(flags)) {
    if (Array.isArray(value) && !LISTS.includes(flag))
      throw new UsageError(`--${flag} was given more than once`);
  }
}

/** What yargs found wrong, in our words where its own are odd. */
function usageFault(thrown: unknown, entry: Entry | undefined): unknown {
  if (!(thrown instanceof UsageError || (thrown instanceof Error && thrown.name === "YError"))) return thrown;
  return new UsageError(usageText(unshieldText(thrown.message), entry));
}

function usageText(text: string, entry: Entry | undefined): string {
  if (text.startsWith("Did you mean")) return `Unknown command. ${text}`;
  const [, flag] = /^Not enough arguments following: (.*)$/.exec(text) ?? [];
  if (flag !== undefined) return `${flag.length === 1 ? "-" : "--"}${flag} needs a value`;
  const [, unknown] = /^Unknown arguments: (.*)$/.exec(text) ?? [];
  if (unknown !== undefined) return unknownText(unknown.split(", "));
  if (entry === undefined) return text.replace(/^Unknown argument:/, "Unknown command:");
  if (text.startsWith("Not enough non-option arguments")) {
    return `An argument is missing: distributex ${entry.usage}`;
  }
  return text.replace(/^Unknown command/, "Unexpected argument");
}

/** yargs tells an unknown `--foo-bar` a second time, as `fooBar`. */
function unknownText(names: readonly string[]): string {
  const dashed = names.filter((name) => name.includes("-"));
  const again = new Set(
    dashed.map((name) => name.replace(/-+(.)/g, (_, next: string) => next.toUpperCase())),
  );
  const told = names.filter((name) => !again.has(name));
  return `Unknown argument${told.length === 1 ? "" : "s"}: ${told.join(", ")}`;
}

function hintFor(entry: Entry | undefined): string {
  return `Try "distributex ${entry === undefined ? "" : `${commandName(entry)} `}--help".`;
}
