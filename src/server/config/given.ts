import { defaultOf } from "./row.js";
import { SETTINGS, type Setting, type SettingName, type SettingValues } from "./table.js";

/** A setting as one source gave it; `value` is undefined when it was wrong, which is noted elsewhere. */
interface Entry {
  readonly place: string;
  readonly value: unknown;
}

/** What was given for each setting, by the source that wins. */
export class Given {
  private readonly entries = new Map<SettingName, Entry>();

  /** Later sources win over earlier ones. */
  set(name: SettingName, place: string, value: unknown): void {
    this.entries.set(name, { place, value });
  }

  /** Where it was given; undefined when nobody gave it. */
  place(name: SettingName): string | undefined {
    return this.entries.get(name)?.place;
  }

  /** The value in force; undefined when what was given is wrong. */
  value<K extends SettingName>(name: K): SettingValues[K] | undefined {
    const entry = this.entries.get(name);
    const setting: Setting = SETTINGS[name];
    const value = entry === undefined ? defaultOf(setting) : entry.value;
    return value as SettingValues[K] | undefined;
  }
}
