export { loadSettings, type LoadedSettings } from "./load.js";
export { CONFIG_FILE, configFile, type Flags } from "./outside.js";
export { ConfigError } from "./problems.js";
export { changesNeedingRestart } from "./reload.js";
export { SETTING_NAMES, SETTINGS, type Setting } from "./table.js";
