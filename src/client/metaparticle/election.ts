import { Persistence } from "../persistence.js";
import { Machine } from "../session/surroundings.js";
import type { Term } from "../term.js";
import { callBack, useClient, type CallbackOptions } from "./options.js";

/** What an election publishes, and where it is. */
export interface ElectionOptions extends CallbackOptions {
  /** What to publish once elected, 1 to 4096 bytes. Absent: the client's owner label. */
  readonly value?: string | undefined;
}

/** Called with a term. What it returns is not waited for; what it throws goes to `onError`. */
export type TermCallback = (term: Term) => unknown;

interface Run {
  readonly stop: AbortController;
  readonly promise: Promise<void>;
}

/** An election with callbacks, in the style of Metaparticle. */
export class Election {
  readonly #onElected: TermCallback;
  readonly #onLost: TermCallback;
  readonly #options: ElectionOptions;
  #run: Run | undefined;

  /**
   * @param onElected called each time this program is elected; it leads until the term ends, not until this returns
   * @param onLost called exactly once for each time that `onElected` was, when the term has ended: lost
   * (`term.signal.reason` tells why), resigned, or by `shutdown`. After a loss it is called when
   * `term.signal` aborts; after a stall of the event loop that may be late, but `term.assertHeld` is not. At a shutdown it is called before the
   * term is given back, which waits for nothing that it returns: what must stop before, stop before the shutdown.
   */
  constructor(
    readonly name: string,
    onElected: TermCallback,
    onLost: TermCallback,
    options: ElectionOptions = {},
  ) {
    this.#onElected = onElected;
    this.#onLost = onLost;
    this.#options = options;
  }

  /**
   * Stands for election, and again after each term, until `shutdown`. What may pass, such as no server, is retried for
   * ever. Called while it runs, it returns the same promise.
   *
   * @throws {DistributexError} when the server refuses for good, or a client that was given is closed (reason CLOSED)
   * @throws {TypeError} when an option is not what it should be
   */
  run(): Promise<void> {
    if (this.#run !== undefined) return this.#run.promise;
    const stop = new AbortController();
    const promise = this.#lead(stop.signal).finally(() => (this.#run = undefined));
    this.#run = { stop, promise };
    return promise;
  }

  /** Gives the leadership up, or leaves the queue. Resolves when that is done, and `run` with it. Never rejects. */
  async shutdown(): Promise<void> {
    const run = this.#run;
    run?.stop.abort();
    // Whoever called `run` has its error.
    await run?.promise.catch(() => undefined);
  }

  async #lead(stop: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      stop.addEventListener("abort", () => {
        resolve();
      });
    });
    const persistence = new Persistence(new Machine(), stop);
    try {
      const { client, done } = await persistence.untilDone(() => useClient(this.#options, stop));
      try {
        const { value, ttl } = this.#options;
        for await (const term of client.campaign(this.name, { value, ttl, signal: stop })) {
          callBack(() => this.#onElected(term), this.#options);
          await Promise.race([term.ended, stopped]);
          callBack(() => this.#onLost(term), this.#options);
        }
      } finally {
        await done();
      }
    } catch (thrown) {
      if (!stop.aborted) throw thrown;
    }
  }
}
