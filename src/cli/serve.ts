import type { Argv } from "yargs";
import { CONFIG_FILE, configFile, loadSettings, SETTING_NAMES, SETTINGS } from "../server/config/index.js";
import { changesNeedingRestart, type Flags, type Setting } from "../server/config/index.js";
import { command, SERVER_FLAGS } from "./command.js";
import { UsageError } from "./usage-error.js";

/** Runs a server until a signal ends it. Its settings come from flags, variables and a file, in this order. */
export const serve = command(settingFlags, async (flags) => {
  for (const flag of ["server", "host", "port"] as const) {
    if (flags[flag] !== undefined) {
      throw new UsageError(`--${flag} is for commands that ask a server; serve listens where --listen says`);
    }
  }
  const { serve: run } = await import("../server/process.js");
  const given = Object.fromEntries(SETTING_NAMES.map((name) => [name, flags[SETTINGS[name].flag]])) as Flags;
  const file = configFile(flags.config, process.env);
  return run({ load: () => loadSettings({ file, flags: given, env: process.env }), changesNeedingRestart });
});

function settingFlags(yargs: Argv) {
  let flags = yargs
    .usage("$0 serve [flags]\n\nRuns a lock server. Flags win over variables, and these over the file.")
    .option(CONFIG_FILE.flag, {
      alias: CONFIG_FILE.alias,
      type: "string",
      requiresArg: true,
      describe: `${CONFIG_FILE.description} [${CONFIG_FILE.env}]`,
    });
  for (const flag of SERVER_FLAGS) flags = flags.hide(flag);
  for (const name of SETTING_NAMES) flags = flags.option(SETTINGS[name].flag, flagOf(SETTINGS[name]));
  return flags as Argv<SettingFlags>;
}

type SettingFlags = { readonly config?: string } & Readonly<Record<string, unknown>>;

function flagOf({ description, env, default: initial, kind }: Setting) {
  const describe = `${description}; default ${initial} [${env}]`;
  if (initial === "true" || initial === "false") return { type: "boolean", describe } as const;
  return { type: "string", array: kind.repeatable === true, requiresArg: true, describe } as const;
}
