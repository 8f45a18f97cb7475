import { setVariable } from "./server-choice.js";
import { UsageError } from "./usage-error.js";

/** Far more than the longest lease id has. */
const MAX_CHARACTERS = 4096;

/**
 * The lease that a command is about: its argument; else DISTRIBUTEX_LEASE; else a line of stdin, unless that is a
 * terminal. The argument `-` is stdin.
 *
 * @throws {UsageError} when none of them has one
 */
export async function leaseArgument(argument: string | undefined): Promise<string> {
  if (argument !== undefined && argument !== "-") return leaseIn(argument, "the argument");
  const variable = setVariable(process.env, "DISTRIBUTEX_LEASE");
  if (argument === undefined && variable !== undefined) return leaseIn(variable, "DISTRIBUTEX_LEASE");
  if (argument === undefined && process.stdin.isTTY) {
    throw new UsageError("No lease was given: not as an argument, not in DISTRIBUTEX_LEASE, not on stdin");
  }
  return leaseIn(await firstLine(process.stdin), "stdin");
}

function leaseIn(text: string, source: string): string {
  const lease = text.trim();
  if (lease === "") throw new UsageError(`Expected a lease, but ${source} is empty`);
  return lease;
}

/** Reads no further than the end of the first line: whoever writes it may stay. */
async function firstLine(input: AsyncIterable<Buffer | string>): Promise<string> {
  let text = "";
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.includes("\n") || text.length > MAX_CHARACTERS) break;
  }
  return text.split("\n", 1)[0] ?? "";
}
