import { DEFAULT_LIMITS } from "../../contract/limits.js";
import type { ServerSettings } from "../settings.js";
import { findContradictions, findIdle } from "./contradictions.js";
import { Given } from "./given.js";
import { readSections, type Sections } from "./sections.js";
import { readEnvironment, readFlags, type Flags } from "./outside.js";
import { defaultPools } from "./pools.js";
import { ConfigError, Problems } from "./problems.js";
import type { SettingName, SettingValues } from "./table.js";
import { YamlFile } from "./yaml-file.js";

interface SettingsSources {
  readonly file?: string | undefined;
  readonly flags: Flags;
  readonly env: NodeJS.ProcessEnv;
}

export interface LoadedSettings {
  readonly settings: ServerSettings;
  /** What the operator should know and nothing is wrong with, a line each. */
  readonly warnings: readonly string[];
}

/**
 * The settings that the sources make together: flags win over the environment over the file. Throws ConfigError
 * with every problem of every source, also of values that another source would overrule. Reloading is calling
 * it again.
 */
export function loadSettings({ file, flags, env }: SettingsSources): LoadedSettings {
  const problems = new Problems();
  const given = new Given();
  const sections = file === undefined ? {} : loadFile(file, given, problems);
  readEnvironment(env, given, problems);
  readFlags(flags, given, problems);
  // Without the file nobody knows what is in force.
  if (sections !== undefined) findContradictions(given, problems);
  if (sections === undefined || problems.lines.length > 0) throw new ConfigError(problems.lines);
  return { settings: settingsOf(given, sections), warnings: findIdle(given) };
}

function loadFile(name: string, given: Given, problems: Problems): Sections | undefined {
  const file = YamlFile.read(name, problems);
  return file === undefined ? undefined : readSections({ file, problems }, given);
}

function settingsOf(given: Given, { pools = defaultPools(), limits = {} }: Sections): ServerSettings {
  return {
    backend: "memory",
    listen: valueOf(given, "listen"),
    insecure: valueOf(given, "insecure"),
    startDelayMs: valueOf(given, "startdelay"),
    keepaliveMs: valueOf(given, "keepalive"),
    drainMs: valueOf(given, "drain"),
    pools,
    limits: { ...DEFAULT_LIMITS, ...limits },
    log: { level: valueOf(given, "log.level"), calls: valueOf(given, "log.calls") },
  };
}

function valueOf<K extends SettingName>(given: Given, name: K): SettingValues[K] {
  const value = given.value(name);
  if (value === undefined) throw new Error(`${name} was wrong and nobody said so`);
  return value;
}
