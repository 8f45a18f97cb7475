// yargs reads positional arguments a second time as if they were flags' values, and loses those that look like
// flags: `-`, and all that stands after `--`. They wear this mark, from a private-use plane, until they are read.
const MARK = "\u{F0000}";

/** Marks what may look like a flag and is none. */
export function shield(args: readonly string[]): string[] {
  const end = args.indexOf("--");
  const before = end === -1 ? args : args.slice(0, end);
  const after = end === -1 ? [] : args.slice(end + 1);
  return [...before.map((arg) => (arg === "-" ? MARK + arg : arg)), ...after.map((arg) => MARK + arg)];
}

/** Takes the marks off the values of the arguments. */
export function unshield<Values extends object>(values: Values): Values {
  const entries = Object.entries(values).map(([key, value]: [string, unknown]) => [key, unmarked(value)]);
  return Object.fromEntries(entries) as Values;
}

function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  return typeof value === "string" && value.startsWith(MARK) ? value.slice(MARK.length) : value;
}

/** Takes all marks out of a message. */
export function unshieldText(text: string): string {
  return text.replaceAll(MARK, "");
}
