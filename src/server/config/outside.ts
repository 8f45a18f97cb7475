import type { Given } from "./given.js";
import type { Kind } from "./kinds.js";
import { Misfit, type Problems } from "./problems.js";
import { SETTING_NAMES, SETTINGS, type Setting, type SettingName } from "./table.js";

/** What the command line made of the flags, by the name of the setting. */
export type Flags = Readonly<Partial<Record<SettingName, string | boolean | readonly string[] | undefined>>>;

/** The environment: only the variables of the table, for others set DISTRIBUTEX_* too. */
export function readEnvironment(env: NodeJS.ProcessEnv, given: Given, problems: Problems): void {
  for (const name of SETTING_NAMES) {
    const { env: variable, kind }: Setting = SETTINGS[name];
    const text = env[variable];
    // Compose and Kubernetes write an unset variable as an empty one.
    if (text === undefined || text === "" || isServiceLink(variable, text)) continue;
    given.set(
      name,
      variable,
      problems.attempt(variable, text, () => kind.parse(kind.fromText(text))),
    );
  }
}

export function readFlags(flags: Flags, given: Given, problems: Problems): void {
  for (const name of SETTING_NAMES) {
    const { flag, kind }: Setting = SETTINGS[name];
    const value = flags[name];
    if (value === undefined) continue;
    const place = `--${flag}`;
    given.set(
      name,
      place,
      problems.attempt(place, value, () => kind.parse(flagValue(value, kind))),
    );
  }
}

function flagValue(value: string | boolean | readonly string[], kind: Kind<unknown>): unknown {
  if (typeof value === "boolean") return value;
  if (typeof value === "string") return kind.fromText(value);
  if (kind.repeatable !== true) throw new Misfit("one value", { got: `${value.length}` });
  return value.map((text) => kind.fromText(text));
}

/** Kubernetes sets NAME_PORT=tcp://... beside a Service of that name. */
function isServiceLink(variable: string, text: string): boolean {
  return variable.endsWith("PORT") && text.startsWith("tcp://");
}

/** How the command line learns of the file itself. */
export const CONFIG_FILE = {
  flag: "config",
  alias: "c",
  env: "DISTRIBUTEX_CONFIG",
  description: "File of settings (YAML)",
} as const;

/** The file to load: the flag's, else the environment's, else none. */
export function configFile(flag: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  return flag ?? (env[CONFIG_FILE.env] === "" ? undefined : env[CONFIG_FILE.env]);
}
