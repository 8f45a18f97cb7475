import { Misfit, type Problems } from "./problems.js";
import type { Rows, Values } from "./row.js";
import { nearest } from "./spelling.js";
import type { Path, YamlFile } from "./yaml-file.js";

/** Where values are read from, and what is wrong with them. */
export interface Reading {
  readonly file: YamlFile;
  readonly problems: Problems;
}

/** Calls the reader of each key that is there, in the file's order; an unknown key is a problem. False: no mapping. */
export function readKeys(
  { file, problems }: Reading,
  value: unknown,
  path: Path,
  readers: Readonly<Record<string, (value: unknown, path: Path) => void>>,
): boolean {
  if (!isMapping(value)) {
    const expected = `a mapping of ${path.length === 0 ? "settings" : Object.keys(readers).join(", ")}`;
    problems.add(file.place(path), new Misfit(expected), value);
    return false;
  }
  for (const [key, inner] of Object.entries(value)) {
    const read = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (read === undefined)
      problems.add(file.place([...path, key]), unknownKey(key, Object.keys(readers)), key);
    else read(inner, [...path, key]);
  }
  return true;
}

/** What rows make of a mapping. A key that was there and wrong is in `wrong`, so that nothing is concluded from it. */
export interface Found<R extends Rows> {
  readonly values: Partial<Values<R>>;
  readonly wrong: ReadonlySet<keyof R>;
}

/** Undefined when it isn't a mapping at all. */
export function readRows<R extends Rows>(
  reading: Reading,
  value: unknown,
  path: Path,
  rows: R,
): Found<R> | undefined {
  const values: Partial<Record<string, unknown>> = {};
  const wrong = new Set<keyof R>();
  const readers = Object.entries(rows).map(([key, { kind }]) => {
    const read = (inner: unknown, at: Path): void => {
      values[key] = reading.problems.attempt(reading.file.place(at), inner, kind.parse);
      if (values[key] === undefined) wrong.add(key);
    };
    return [key, read] as const;
  });
  if (!readKeys(reading, value, path, Object.fromEntries(readers))) return undefined;
  return { values: values as Partial<Values<R>>, wrong };
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function unknownKey(key: string, known: readonly string[]): Misfit {
  const meant = nearest(key, known);
  return new Misfit("a known key", {
    hint: meant === undefined ? `known are ${known.join(", ")}` : `did you mean "${meant}"?`,
  });
}
