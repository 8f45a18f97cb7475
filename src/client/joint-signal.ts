/** A signal that aborts when one of others does, or by itself. `dispose` lets go of the others. */
export class JointSignal {
  readonly #controller = new AbortController();
  readonly #sources: readonly AbortSignal[];

  /** What is undefined among the sources never aborts. */
  constructor(...sources: readonly (AbortSignal | undefined)[]) {
    this.#sources = sources.filter((source) => source !== undefined);
    for (const source of this.#sources) {
      if (source.aborted) this.abort(source.reason);
      source.addEventListener("abort", this);
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The first reason counts. */
  abort(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** One of the sources has aborted. */
  handleEvent({ target }: Event): void {
    this.abort((target as AbortSignal).reason);
  }

  dispose(): void {
    for (const source of this.#sources) source.removeEventListener("abort", this);
  }
}

/** Settles as the promise does, or rejects with the signal's reason if that comes first. */
export async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort);
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (abort !== undefined) signal.removeEventListener("abort", abort);
  }
}
