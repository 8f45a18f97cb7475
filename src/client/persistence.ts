import { DistributexError } from "./errors.js";
import { untilAborted } from "./joint-signal.js";
import { Backoff } from "./session/backoff.js";
import type { Alarm, Surroundings } from "./session/surroundings.js";

/** Does something again and again, with pauses that grow and are never twice the same. */
export class Persistence {
  private readonly backoff: Backoff;

  constructor(
    private readonly surroundings: Surroundings,
    private readonly signal: AbortSignal,
  ) {
    this.backoff = new Backoff(() => surroundings.random());
  }

  /**
   * Attempts it until it succeeds.
   *
   * @throws what an attempt throws, unless that may pass; the signal's reason when it aborts
   */
  async untilDone<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      this.signal.throwIfAborted();
      try {
        return await attempt();
      } catch (thrown) {
        if (this.signal.aborted || !mayPass(thrown)) throw thrown;
      }
      await this.pause();
    }
  }

  /** It has begun to succeed: if that lasts, pauses start small again. */
  succeeded(): void {
    this.backoff.succeeded(this.surroundings.now());
  }

  /** Waits before the next attempt. Keeps the process alive meanwhile. Rejects with the signal's reason. */
  async pause(): Promise<void> {
    let alarm: Alarm | undefined;
    const over = new Promise<void>((resolve) => {
      alarm = this.surroundings.after(this.backoff.nextMs(this.surroundings.now()), resolve, true);
    });
    try {
      await untilAborted(over, this.signal);
    } finally {
      alarm?.cancel();
    }
  }
}

/** Whether what failed so may succeed later. */
export function mayPass(thrown: unknown): boolean {
  return thrown instanceof DistributexError && thrown.retryable;
}
