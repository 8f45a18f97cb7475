import { readFileSync } from "node:fs";
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";
import { aliasTargets, type Targets } from "./anchors.js";
import type { Problems } from "./problems.js";
import { faultsIn } from "./yaml-faults.js";

/** Keys and indexes from the top of the file to a value. */
export type Path = readonly (string | number)[];

// Each alias may be used by every pool; nested ones, which grow like a bomb, hit this at once.
const MOST_ALIASES = 1_000;

/** A file of settings, which knows on what line each of them is. */
export class YamlFile {
  private constructor(
    private readonly name: string,
    private readonly document: Document.Parsed,
    private readonly targets: Targets,
    private readonly lines: LineCounter,
    readonly content: unknown,
  ) {}

  /** Undefined when it can't be read or isn't YAML, which is noted. */
  static read(name: string, problems: Problems): YamlFile | undefined {
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(name));
      return YamlFile.parse(name, text, problems);
    } catch (thrown) {
      problems.lines.push(`${name}: expected a file of YAML, got ${oneLine(reasonOf(thrown))}`);
      return undefined;
    }
  }

  private static parse(name: string, text: string, problems: Problems): YamlFile | undefined {
    const lines = new LineCounter();
    const options = { lineCounter: lines, prettyErrors: false, stringKeys: true, merge: true };
    const document = parseDocument(text, options);
    const targets = aliasTargets(document);
    const faults = faultsIn(document, targets, text);
    for (const { offset, message } of faults) {
      const { line, col } = lines.linePos(offset);
      problems.lines.push(`${name}:${line}:${col}: ${oneLine(message)}`);
    }
    if (faults.length > 0) return undefined;
    const content: unknown = document.toJS({ maxAliasCount: MOST_ALIASES });
    return new YamlFile(name, document, targets, lines, content);
  }

  /** `distributex.yaml:7:5: pools[1].expire`; of a key that isn't there, the line of what it should be in. */
  place(path: Path): string {
    let node: unknown = this.document.contents;
    let offset = 0;
    for (const key of path) {
      const step = this.step(node, key);
      if (step === undefined) break;
      ({ node, offset } = step);
    }
    const { line, col } = this.lines.linePos(offset);
    const where = `${this.name}:${line}:${col}`;
    return path.length === 0 ? where : `${where}: ${fieldOf(path)}`;
  }

  private step(from: unknown, key: string | number): { node: unknown; offset: number } | undefined {
    const node = isAlias(from) ? this.targets.get(from) : from;
    if (isSeq(node)) {
      const item = node.items[Number(key)];
      return item === undefined ? undefined : { node: item, offset: startOf(item) };
    }
    if (!isMap(node)) return undefined;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair !== undefined) return { node: pair.value, offset: startOf(pair.key) };
    return this.mergedStep(node.items, key);
  }

  /** `<<: *defaults`, or a list of such. */
  private mergedStep(items: readonly unknown[], key: string | number) {
    for (const item of items) {
      if (!isPair(item) || !isScalar(item.key) || item.key.source !== "<<") continue;
      const merged = isSeq(item.value) ? item.value.items : [item.value];
      for (const source of merged) {
        const step = this.step(source, key);
        if (step !== undefined) return step;
      }
    }
    return undefined;
  }
}

function startOf(node: unknown): number {
  return (node as { range?: readonly number[] | null }).range?.[0] ?? 0;
}

function fieldOf(path: Path): string {
  return path.reduce<string>((field, key) => {
    if (typeof key === "number") return `${field}[${key}]`;
    const text = /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
    return field === "" ? text : `${field}.${text}`;
  }, "");
}

function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function oneLine(message: string): string {
  return message.replaceAll("\n", " ");
}
