import type { Policy } from "../core/policy.js";

/** Finds the pool that covers a lock: an exact name wins, then the longest pattern, then the earlier one. */
export class Pools {
  private readonly exact = new Map<string, Policy>();
  private readonly patterns: { readonly covers: (name: string) => boolean; readonly policy: Policy }[];

  constructor(readonly all: readonly Policy[]) {
    for (const policy of all) if (!policy.name.includes("*")) this.exact.set(policy.name, policy);
    this.patterns = all
      .filter((policy) => policy.name.includes("*"))
      .sort((a, b) => b.name.length - a.name.length)
      .map((policy) => ({ covers: matcher(policy.name), policy }));
  }

  find(name: string): Policy | undefined {
    return this.exact.get(name) ?? this.patterns.find((pattern) => pattern.covers(name))?.policy;
  }
}

/** `*` stands for any characters, also none. */
function matcher(pattern: string): (name: string) => boolean {
  const parts = pattern.split("*");
  const head = parts[0] ?? "";
  const tail = parts.at(-1) ?? "";
  const middle = parts.slice(1, -1).filter((part) => part !== "");
  return (name) => {
    if (name.length < head.length + tail.length) return false;
    if (!name.startsWith(head) || !name.endsWith(tail)) return false;
    let from = head.length;
    const end = name.length - tail.length;
    for (const part of middle) {
      const at = name.indexOf(part, from);
      if (at === -1 || at + part.length > end) return false;
      from = at + part.length;
    }
    return true;
  };
}
