import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import ts from "typescript";

const DIST = new URL("../../dist/", import.meta.url);
const IMPORT = /(?<=\bfrom ")\.[^"]*(?=")/g;

/** A program out of the tests' own modules, as a process of its own can run it. */
export interface Compiled extends AsyncDisposable {
  readonly file: string;
}

/**
 * Compiles a module of the tests and the ones beside it that it imports. What they import from `src` or `gen` is taken
 * from `dist`, which `npm test` builds first.
 */
export async function compiled(module: URL): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), "distributex-"));
  const name = (of: URL) => basename(of.pathname).replace(/\.ts$/, ".mjs");
  const done = new Set<string>();
  const compile = async (of: URL): Promise<void> => {
    if (done.has(of.href)) return;
    done.add(of.href);
    const beside: URL[] = [];
    const compilerOptions = {
      module: ts.ModuleKind.ESNext,
      target: ts.ScriptTarget.ES2022,
      verbatimModuleSyntax: true,
    };
    const { outputText } = ts.transpileModule(await readFile(of, "utf8"), { compilerOptions });
    const text = outputText.replace(IMPORT, (path) => {
      const inDist = /^[./]*\/((?:src|gen)\/.*)$/.exec(path);
      if (inDist !== null) return new URL(inDist[1]!, DIST).href;
      const other = new URL(path.replace(/\.js$/, ".ts"), of);
      beside.push(other);
      return `./${name(other)}`;
    });
    await writeFile(join(folder, name(of)), text);
    for (const other of beside) await compile(other);
  };
  await compile(module);
  return {
    file: join(folder, name(module)),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
