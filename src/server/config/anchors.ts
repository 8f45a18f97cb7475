import { visit, type Alias, type Document, type Node } from "yaml";

/** What an alias stands for; undefined when no anchor of its name comes before it. */
export type Targets = ReadonlyMap<Alias, Node | undefined>;

/** One walk for all aliases: to resolve each by itself walks the document every time. */
export function aliasTargets(document: Document.Parsed): Targets {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  visit(document, {
    Alias(_, alias) {
      targets.set(alias, anchors.get(alias.source));
    },
    Value(_, node) {
      // A name given again means the newer one from here on.
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}
