import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** What the snippets speak of without having made it. */
const PRELUDE = `
  import type { HeldLease, LockClient } from "distributex";
  declare global {
    const locks: LockClient;
    const steps: ((token: bigint) => Promise<void>)[];
    const balance: number;
    function nightly(signal: AbortSignal): Promise<void>;
    function nightlyReport(lease: HeldLease): Promise<void>;
    function lead(signal: AbortSignal): Promise<void>;
    function query(text: string, values: unknown[]): Promise<number>;
  }
`;

/** The blocks of code in TypeScript, as files: each on the lines that it has in the document. */
function snippetsOf(document: string): [string, string][] {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map(({ 1: code = "", index }, i) => {
    const line = text.slice(0, index).split("\n").length;
    return [join(root, `${document}.${i + 1}.ts`), "\n".repeat(line) + code];
  });
}

function optionsOf(config: string): ts.CompilerOptions {
  const { config: json } = ts.readConfigFile(join(root, config), (file) => ts.sys.readFile(file)) as {
    config: object;
  };
  return ts.parseJsonConfigFileContent({ ...json, files: [], include: [] }, ts.sys, root).options;
}

// Against the sources, so that nothing need be built.
it("the TypeScript in README.md and docs/typescript.md compiles", () => {
  const [readme, guide] = ["README.md", "docs/typescript.md"].map(snippetsOf);
  expect([readme?.length, guide?.length]).not.toContain(0);
  const files = new Map([...readme!, ...guide!, [join(root, "prelude.ts"), PRELUDE]]);
  const options: ts.CompilerOptions = {
    ...optionsOf("tsconfig.json"),
    moduleDetection: ts.ModuleDetectionKind.Force,
    paths: {
      distributex: [join(root, "src/client/index.ts")],
      "distributex/stubs": [join(root, "src/client/stubs.ts")],
      "distributex/server": [join(root, "src/server/index.ts")],
    },
  };
  const host = ts.createCompilerHost(options);
  host.fileExists = (file) => files.has(file) || ts.sys.fileExists(file);
  host.readFile = (file) => files.get(file) ?? ts.sys.readFile(file);
  const program = ts.createProgram([...files.keys()], options, host);
  const faults = [...files.keys()].flatMap((file) => {
    const source = program.getSourceFile(file);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
  });
  expect(ts.formatDiagnostics(faults, host)).toBe("");
});
