import type { ServerLimits } from "../../contract/limits.js";
import type { Policy } from "../../core/policy.js";
import type { Given } from "./given.js";
import { LIMIT_KEYS } from "./limit-keys.js";
import { readKeys, readRows, type Reading } from "./mapping.js";
import { readPools } from "./pools.js";
import { Misfit } from "./problems.js";
import { SETTING_NAMES, SETTINGS, type Setting, type SettingName } from "./table.js";
import type { Path } from "./yaml-file.js";

/** What only the file has. */
export interface Sections {
  pools?: readonly Policy[];
  limits?: Partial<ServerLimits>;
}

type Reader = (value: unknown, path: Path) => void;

/** Reads the whole file: single settings go to `given`, the rest comes back. */
export function readSections(reading: Reading, given: Given): Sections {
  const sections: Sections = {};
  const { content } = reading.file;
  // An empty file is all defaults.
  if (content === null || content === undefined) return sections;
  readKeys(reading, content, [], {
    ...settingReaders(reading, given, ""),
    log: (value, path) => {
      readKeys(reading, value, path, settingReaders(reading, given, "log."));
    },
    pools: (value, path) => {
      sections.pools = readPools(reading, value, path);
    },
    limits: (value, path) => {
      sections.limits = readRows(reading, value, path, LIMIT_KEYS)?.values ?? {};
    },
    tls: notYet(reading),
    access: notYet(reading),
  });
  return sections;
}

/** Readers of the settings right inside a mapping: `prefix` is empty, or `log.`. */
function settingReaders(reading: Reading, given: Given, prefix: string): Record<string, Reader> {
  const inside = SETTING_NAMES.filter((name) => name.slice(0, name.lastIndexOf(".") + 1) === prefix);
  return Object.fromEntries(
    inside.map((name) => [name.slice(prefix.length), settingReader(reading, given, name)]),
  );
}

function settingReader({ file, problems }: Reading, given: Given, name: SettingName): Reader {
  const { kind }: Setting = SETTINGS[name];
  return (value, path) => {
    const place = file.place(path);
    given.set(name, place, problems.attempt(place, value, kind.parse));
  };
}

/** A key to come. To pass over it in silence would leave somebody believing that he is protected. */
function notYet({ file, problems }: Reading): Reader {
  const hint =
    "this build has no TLS and no access control, they come with a later release: nothing would be protected";
  return (value, path) => {
    problems.add(file.place(path), new Misfit("this key to be absent", { hint }), value);
  };
}
