/** What is wrong with a configuration, all of it: one line for each problem, the place first. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";

  constructor(readonly problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

/** A value that can't be taken. `got` is what to show where that isn't the whole value; `hint` is what to do. */
export class Misfit extends Error {
  constructor(
    readonly expected: string,
    readonly detail: { readonly got?: string; readonly hint?: string } = {},
  ) {
    super(`expected ${expected}`);
  }
}

/** Gathers problems, so that all can be told at once. A place is `distributex.yaml:7:5: pools[1].expire` or `--listen`. */
export class Problems {
  readonly lines: string[] = [];

  add(place: string, misfit: Misfit, value: unknown): void {
    const { got = shown(value), hint } = misfit.detail;
    this.lines.push(
      `${place}: expected ${misfit.expected}, got ${got}${hint === undefined ? "" : `; ${hint}`}`,
    );
  }

  /** What `read` makes of the value; undefined when it is a misfit, which is noted. */
  attempt<T>(place: string, value: unknown, read: (value: unknown) => T): T | undefined {
    try {
      return read(value);
    } catch (thrown) {
      if (!(thrown instanceof Misfit)) throw thrown;
      this.add(place, thrown, value);
      return undefined;
    }
  }
}

const SHOWN_CHARACTERS = 60;

/** A value for people, on one line. What is inside lists and mappings stays out of the log: it may be a secret. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (typeof value === "string") return shownText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return "a mapping";
}

function shownText(text: string): string {
  const start = text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}...` : text;
  return JSON.stringify(start);
}
