import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, it } from "vitest";
import { ERRORS } from "../src/contract/errors.js";
import { DEFAULT_LIMITS, LIMITS } from "../src/contract/limits.js";

const root = join(import.meta.dirname, "..");
const self = "test/tidy.test.ts";

/** Every file that is or may be committed. */
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file !== "" && existsSync(join(root, file)));
const written = files.filter((file) => !file.startsWith("gen/") && file !== "package-lock.json");

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** Places in which a pattern occurs, as `file:line`. */
function occurrences(pattern: RegExp, among: readonly string[]): string[] {
  return among.flatMap((file) =>
    read(file)
      .split("\n")
      .flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}`] : [])),
  );
}

/** The rows of the table in a document whose heading row starts with `heading`, without blanks and backticks. */
function table(document: string, heading: string): string[][] {
  const lines = read(document).split("\n");
  const start = lines.findIndex((line) => cells(line)[0] === heading);
  expect(start, `${document} has a table with the heading "${heading}"`).toBeGreaterThan(-1);
  const rows = lines.slice(start + 2);
  const end = rows.findIndex((line) => !line.startsWith("|"));
  return rows.slice(0, end === -1 ? undefined : end).map(cells);
}

function cells(line: string): string[] {
  return line
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("`", ""));
}

describe("files", () => {
  it("in src are at most 300 lines long", () => {
    const long = files
      .filter((file) => /^src\/.*\.ts$/.test(file))
      .map((file) => `${file}: ${read(file).trimEnd().split("\n").length}`)
      .filter((told) => Number(told.split(": ")[1]) > 300);
    expect(long).toEqual([]);
  });

  it("are named for the noun inside, not for being useful", () => {
    const vague = /^(utils?|helpers?|common|misc|managers?)$/;
    const bad = files.filter((file) =>
      [...dirname(file).split("/"), basename(file).replace(/\..*$/, "")].some((name) => vague.test(name)),
    );
    expect(bad).toEqual([]);
  });

  it("mention no path of the machine that they were written on", () => {
    expect(occurrences(/(?<![\w.*-])\/(?:work|root)\//, written.filter(notSelf))).toEqual([]);
  });

  it("leave nothing to do", () => {
    expect(occurrences(/\b(?:TODO|FIXME|XXX)\b/, written.filter(notSelf))).toEqual([]);
  });

  it("skip no test for the sake of another", () => {
    const tests = written.filter((file) => file.startsWith("test/") && notSelf(file));
    expect(occurrences(/\.only\(/, tests)).toEqual([]);
  });
});

function notSelf(file: string): boolean {
  return file !== self;
}

describe("imports", () => {
  const eslint = new ESLint({ cwd: root, overrideConfig: [tseslint.configs.disableTypeChecked] });

  async function refuses(file: string, code: string): Promise<boolean> {
    const results = await eslint.lintText(code, { filePath: join(root, file) });
    const rules = results.flatMap(({ messages }) => messages.map(({ ruleId }) => ruleId));
    return rules.some((rule) => rule === "no-restricted-imports" || rule === "no-restricted-syntax");
  }

  // Folder by folder, what it may import; imports point one way.
  const may: Record<string, readonly string[]> = {
    contract: ["gen"],
    core: ["contract"],
    engine: ["contract", "core", "gen"],
    service: ["contract", "core", "engine", "gen"],
    compat: ["contract", "core", "engine", "gen"],
    server: ["contract", "core", "engine", "service", "compat", "gen"],
    client: ["contract", "gen"],
    cli: ["contract", "client", "gen"],
  };

  it.each(Object.keys(may))("of src/%s point one way, and eslint refuses the others", async (folder) => {
    for (const other of [...Object.keys(may), "gen"]) {
      if (other === folder) continue;
      const path = other === "gen" ? "../../gen/distributex/v1/lock.js" : `../${other}/planted.js`;
      const refused = may[folder]?.includes(other) !== true;
      const file = `src/${folder}/planted.ts`;
      expect([other, await refuses(file, `export { a } from "${path}";\n`)]).toEqual([other, refused]);
      expect([other, await refuses(file, `export const a = import("${path}");\n`)]).toEqual([other, refused]);
    }
  });

  it("of the server are allowed to the command that runs one, lazily", async () => {
    const code = 'export const a = import("../server/planted.js");\n';
    expect(await refuses("src/cli/serve.ts", code)).toBe(false);
    expect(await refuses("src/cli/acquire.ts", code)).toBe(true);
  });
});

describe("documents agree with the code", () => {
  const codes: Record<number, string> = {
    1: "CANCELLED",
    3: "INVALID_ARGUMENT",
    5: "NOT_FOUND",
    7: "PERMISSION_DENIED",
    8: "RESOURCE_EXHAUSTED",
    9: "FAILED_PRECONDITION",
    13: "INTERNAL",
    14: "UNAVAILABLE",
    16: "UNAUTHENTICATED",
  };

  it("about every error: docs/protocol.md", () => {
    const documented = table("docs/protocol.md", "reason").map((row) => row.slice(0, 3));
    const coded = Object.entries(ERRORS).map(([reason, { code, retryable }]) => [
      reason,
      codes[code],
      retryable ? "yes" : "no",
    ]);
    expect(documented).toEqual(coded);
  });

  it("about every limit: docs/operations.md", () => {
    expect(limits("fixed limit")).toEqual(Object.entries(LIMITS));
    expect(limits("limits.*")).toEqual(Object.entries(DEFAULT_LIMITS));
  });

  it("about each other: every link leads to a file and a heading that exist", () => {
    const documents = written.filter((file) => file.endsWith(".md"));
    const broken = documents.flatMap((from) =>
      [...read(from).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)].flatMap(([link, path, anchor]) => {
        const to = path === "" ? from : join(dirname(from), path ?? "");
        const found = existsSync(join(root, to)) && (anchor === undefined || anchors(to).includes(anchor));
        return found ? [] : [`${from}: ${link}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  /** The headings of a document, as links name them. */
  function anchors(document: string): string[] {
    return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    );
  }

  it.each(["docs/decisions.md", "docs/guarantees.md"])("about the tests that %s names", (document) => {
    const tests = files.filter((file) => file.startsWith("test/") && notSelf(file)).map(read);
    // The last column of its tables; what is in backticks and has a blank is the name of a test.
    const named = read(document)
      .split("\n")
      .flatMap(
        (line) =>
          line
            .split("|")
            .at(-2)
            ?.match(/`[^`]* [^`]*`/g) ?? [],
      )
      .map((name) => name.slice(1, -1));
    expect(named).not.toEqual([]);
    expect(named.filter((name) => !tests.some((test) => test.includes(name)))).toEqual([]);
  });

  function limits(heading: string): [string, number][] {
    return table("docs/operations.md", heading).map(([name, value]) => [
      name ?? "",
      Number(value?.replaceAll(",", "")),
    ]);
  }
});
