import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { LIMIT_KEYS } from "../../../src/server/config/limit-keys.js";
import { POOL_KEYS } from "../../../src/server/config/pool-keys.js";
import { defaultOf, type Row, type Rows } from "../../../src/server/config/row.js";
import { SETTINGS } from "../../../src/server/config/table.js";

const lines = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8").split("\n");

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\*", "*"));
}

/** The rows of the table whose heading starts so. */
function documented(heading: string): string[][] {
  const rest = lines.slice(lines.findIndex((line) => cells(line)[0] === heading) + 2);
  return rest
    .slice(
      0,
      rest.findIndex((line) => !line.startsWith("|")),
    )
    .map(cells);
}

function code(text: string | undefined): string {
  return `\`${text ?? ""}\``;
}

function standard(row: Row): string {
  return row.defaultNote ?? code(row.default);
}

it("docs/configuration.md has every setting, with its flag, variable and default", () => {
  const coded = Object.entries(SETTINGS).map(([name, row]) => [
    code(name),
    standard(row),
    code(`--${row.flag}`),
    code(row.env),
    row.description,
    row.kind.expected,
  ]);
  expect(documented("setting")).toEqual(coded);
});

it.each<[string, Rows]>([
  ["pool key", POOL_KEYS],
  ["limit", LIMIT_KEYS],
])("docs/configuration.md has every %s, with its default", (heading, rows) => {
  const coded = Object.entries(rows).map(([key, row]) => [
    code(key),
    standard(row),
    row.description,
    row.kind.expected,
  ]);
  expect(documented(heading)).toEqual(coded);
});

it("every default is a value that its own key takes", () => {
  for (const row of [...Object.values(SETTINGS), ...Object.values(LIMIT_KEYS)]) {
    expect(() => defaultOf<unknown>(row)).not.toThrow();
  }
});
