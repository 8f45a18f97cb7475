import { codeName, DistributexError } from "../client/errors.js";
import { printable } from "./escape.js";
import { EXIT, exitCodeOfError } from "./exit-codes.js";
import { Interrupted } from "./interruption.js";
import { jsonLine } from "./json.js";
import { LeaseLost } from "./lease-lost.js";
import type { Output } from "./output.js";
import { UsageError } from "./usage-error.js";

/** What went wrong, as scripts see it. */
interface Failure {
  readonly exitCode: number;
  readonly message: string;
  /** A constant: the service's reason, the name of a gRPC code, USAGE, FAILED. */
  readonly reason: string;
  readonly code?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Tells what a command failed with, and returns the exit code. A signal is told by the code alone. */
export function reportFailure(thrown: unknown, output: Output, hint: string): number {
  if (thrown instanceof Interrupted) return thrown.exitCode;
  const failure = failureOf(thrown);
  if (output.json) {
    output.error(jsonLine({ error: failure }));
    return failure.exitCode;
  }
  const told =
    thrown instanceof DistributexError ? `${failure.message} (${failure.reason})` : failure.message;
  for (const line of told.split("\n")) output.error(`distributex: ${printable(line)}`);
  if (thrown instanceof UsageError) output.error(hint);
  return failure.exitCode;
}

function failureOf(thrown: unknown): Failure {
  if (thrown instanceof DistributexError) {
    const { message, reason, code, metadata } = thrown;
    return { exitCode: exitCodeOfError(thrown), message, reason, code: codeName(code), metadata };
  }
  if (thrown instanceof LeaseLost) {
    return { exitCode: EXIT.FAILED, message: thrown.message, reason: thrown.reason };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const wrongUsage = thrown instanceof UsageError || isConfigError(thrown);
  return wrongUsage
    ? { exitCode: EXIT.USAGE, message, reason: "USAGE" }
    : { exitCode: EXIT.FAILED, message, reason: "FAILED" };
}

/** The server's ConfigError, told by its name: its module is loaded by `serve` only. */
function isConfigError(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === "ConfigError";
}
