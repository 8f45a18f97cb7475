/** The command line, or a variable in its place, is wrong: exit code 64. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
