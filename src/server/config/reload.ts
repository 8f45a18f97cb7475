import type { ServerLimits } from "../../contract/limits.js";
import type { ServerSettings } from "../settings.js";
import type { SettingName } from "./table.js";

/** What each setting is in the settings of a server; a reload changes only pools and logging. */
const NEEDS_RESTART = {
  backend: (settings) => settings.backend,
  listen: (settings) => settings.listen,
  insecure: (settings) => settings.insecure,
  startdelay: (settings) => settings.startDelayMs,
  keepalive: (settings) => settings.keepaliveMs,
  drain: (settings) => settings.drainMs,
} satisfies Partial<Record<SettingName, (settings: ServerSettings) => unknown>>;

/** Names of what differs and takes effect only at the next start. */
export function changesNeedingRestart(before: ServerSettings, after: ServerSettings): string[] {
  const settings = Object.entries(NEEDS_RESTART)
    .filter(([, of]) => JSON.stringify(of(before)) !== JSON.stringify(of(after)))
    .map(([name]) => name);
  const limits = (Object.keys(before.limits) as (keyof ServerLimits)[])
    .filter((name) => before.limits[name] !== after.limits[name])
    .map((name) => `limits.${name}`);
  return [...settings, ...limits];
}
