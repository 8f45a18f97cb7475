import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";

// Seen from build/bench, where this runs.
const PATH = fileURLToPath(new URL("../../docs/benchmarks.md", import.meta.url));

const FRAME = `# Benchmarks

Written by the benches themselves: each section by the command that it names, which replaces that section and leaves
the others. Figures are of one machine and one day; ratios within one run are what may be compared.
`;

const SECTION = /<!-- ([\w-]+) -->\n[^]*?<!-- \/\1 -->/g;

/** Puts a section of its own into docs/benchmarks.md, in the place of the one that was there under this name. */
export async function writeSection(name: string, text: string): Promise<void> {
  const sections = new Map<string, string>();
  for (const [section, found = ""] of (await readFile(PATH, "utf8").catch(() => "")).matchAll(SECTION)) {
    sections.set(found, section);
  }
  sections.set(name, `<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->`);
  const options = { ...(await resolveConfig(PATH)), parser: "markdown", proseWrap: "always" } as const;
  await writeFile(PATH, await format([FRAME, ...sections.values()].join("\n\n"), options));
  console.log(`\nwritten: docs/benchmarks.md, the section ${name}`);
}
