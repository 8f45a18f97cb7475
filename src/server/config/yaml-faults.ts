import type { Document } from "yaml";
import type { Targets } from "./anchors.js";

/** What is wrong with the YAML itself, and where, in characters from the start. */
interface Fault {
  readonly offset: number;
  readonly message: string;
}

export function faultsIn(document: Document.Parsed, targets: Targets, text: string): Fault[] {
  // A warning is a tag that nobody knows: its value would be something else than was meant.
  const faults = [...document.errors, ...document.warnings].map(({ code, message, pos }) => ({
    offset: pos[0],
    message: inOurWords[code]?.(keyAt(text, pos[0])) ?? message,
  }));
  for (const [alias, target] of targets) {
    if (target !== undefined) continue;
    const message = `expected an anchor before it, got *${alias.source}`;
    faults.push({ offset: alias.range?.[0] ?? 0, message });
  }
  return faults;
}

const inOurWords: Readonly<Record<string, (key: string) => string>> = {
  DUPLICATE_KEY: (key) => `expected each key once, got ${key} again`,
  NON_STRING_KEY: () => "expected a text as the key, got a list or a mapping",
};

function keyAt(text: string, offset: number): string {
  return JSON.stringify(/^[^:\s]*/.exec(text.slice(offset, offset + 60))?.[0]);
}
