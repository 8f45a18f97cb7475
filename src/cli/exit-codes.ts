import { constants } from "node:os";
import type { DistributexError } from "../client/errors.js";

/**
 * Every exit code, once. The numbers are those of sysexits.h where it has one that fits. docs/cli.md and
 * `--help` show the same table; a test holds them together.
 */
export const EXIT = {
  DONE: 0,
  FAILED: 1,
  USAGE: 64,
  UNREACHABLE: 69,
  NOT_ACQUIRED: 75,
  NOT_ALLOWED: 77,
} as const;

/** What each code means, for people. */
export const EXIT_MEANINGS: readonly (readonly [code: string, meaning: string])[] = [
  ["0", "done"],
  ["1", "failed: the server refused, or a lease was lost"],
  ["64", "usage: a wrong command, flag, setting or argument, found here or by the server"],
  ["69", "no server could be reached, or it can't serve now"],
  ["75", "not acquired: somebody else has the lock"],
  ["77", "not allowed"],
  ["128+n", "ended by signal n before it was done (130: SIGINT, 141: SIGPIPE, 143: SIGTERM)"],
];

/** The code of a command that a signal ended, as a shell has it. */
export function exitCodeOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

// By the number of the gRPC code, since some errors come from the transport and have no reason of ours.
const EXIT_BY_CODE: Readonly<Record<number, number>> = {
  4: EXIT.UNREACHABLE, // DEADLINE_EXCEEDED
  7: EXIT.NOT_ALLOWED, // PERMISSION_DENIED
  14: EXIT.UNREACHABLE, // UNAVAILABLE
  16: EXIT.NOT_ALLOWED, // UNAUTHENTICATED
};
const INVALID_ARGUMENT = 3;

/** The code for a call that failed. What the server finds wrong with one field was wrong on the command line. */
export function exitCodeOfError(error: DistributexError): number {
  if (error.code === INVALID_ARGUMENT && error.field !== undefined) return EXIT.USAGE;
  return EXIT_BY_CODE[error.code] ?? EXIT.FAILED;
}
