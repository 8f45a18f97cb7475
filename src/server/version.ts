import { readFileSync } from "node:fs";

/** The version in package.json, from `src/` and from `dist/src/`. */
export const VERSION = readVersion(["../../package.json", "../../../package.json"]);

function readVersion(paths: readonly string[]): string {
  for (const path of paths) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (name === "distributex" && version !== undefined) return version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "unknown";
}
