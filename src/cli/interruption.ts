import { exitCodeOfSignal } from "./exit-codes.js";

/** A signal ended the command before it was done. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor(readonly signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
  }

  get exitCode(): number {
    return exitCodeOfSignal(this.signal);
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * An AbortSignal that aborts with Interrupted at the first signal, so that the command can leave queues and give
 * up leases. A second signal ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const name of SIGNALS) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodeOfSignal(name));
      controller.abort(new Interrupted(name));
    });
  }
  return controller.signal;
}
