import type { Argv } from "yargs";

/** The argument of the commands that are about a lease. */
export function leasePositional(yargs: Argv) {
  return yargs.positional("lease", {
    type: "string",
    describe: "The lease, or - for stdin. Better: in DISTRIBUTEX_LEASE, or on stdin; arguments show in ps",
  });
}
