import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  ConfigError,
  loadSettings,
  type Flags,
  type LoadedSettings,
} from "../../../src/server/config/index.js";

interface Outside {
  readonly flags?: Flags;
  readonly env?: NodeJS.ProcessEnv;
}

/** What the server would make of a file with this content. */
export function load(content: string | Uint8Array, { flags = {}, env = {} }: Outside = {}): LoadedSettings {
  const folder = mkdtempSync(join(tmpdir(), "distributex-config-"));
  try {
    const file = join(folder, "distributex.yaml");
    writeFileSync(file, content);
    return loadSettings({ file, flags, env });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The lines it refuses it with, without the folder; none when it takes it. */
export function refusals(content: string | Uint8Array, outside: Outside = {}): string[] {
  try {
    load(content, outside);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    return thrown.message.split("\n").map((line) => line.replace(/^\S*\/(?=distributex\.yaml)/, ""));
  }
}
