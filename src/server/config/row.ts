import type { Kind } from "./kinds.js";

/** One key of the configuration: what the reading, the command line and docs/configuration.md know of it. */
export interface Row<T = unknown> {
  readonly kind: Kind<T>;
  /** What it is when nobody says, as people would write it. */
  readonly default?: string;
  /** The default in words, where it depends on another key or is none. */
  readonly defaultNote?: string;
  /** One line, for `--help` and the docs. */
  readonly description: string;
}

export type Rows = Readonly<Record<string, Row>>;
export type Values<R extends Rows> = { -readonly [K in keyof R]: R[K] extends Row<infer T> ? T : never };

/** The default of a row that has one. */
export function defaultOf<T>(row: Row<T> & { readonly default: string }): T {
  return row.kind.parse(row.kind.fromText(row.default));
}
