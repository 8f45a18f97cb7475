import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { NotInstalled } from "./peer.js";

const { resolve } = createRequire(import.meta.url);

/** Imports a package that is no dependency of this one: the name is no literal, so that nothing demands it. */
export async function loadLibrary(name: string): Promise<unknown> {
  try {
    return (await import(name)) as unknown;
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND" ? new NotInstalled(name) : error;
  }
}

/** The file that the package's name stands for. */
export function libraryPath(name: string): string {
  return resolve(name);
}

export async function libraryVersion(name: string): Promise<string> {
  for (let folder = dirname(libraryPath(name)); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = await readFile(join(folder, "package.json"), "utf8").catch(() => "{}");
    const { name: found, version } = JSON.parse(manifest) as { name?: string; version?: string };
    if (found === name && version !== undefined) return version;
  }
  return "?";
}
