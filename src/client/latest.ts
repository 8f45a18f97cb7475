/** A place for the newest of some values, whose reader may be slow: what is between is not kept. */
export class Latest<T> {
  private newest: { readonly value: T } | undefined;
  private failure: { readonly error: unknown } | undefined;
  private wake: (() => void) | undefined;

  put(value: T): void {
    this.newest = { value };
    this.wake?.();
  }

  /** No value will come any more. */
  fail(error: unknown): void {
    this.failure = { error };
    this.wake?.();
  }

  /** The newest value that was not taken yet; waits for it. Rejects when none will come. One reader at a time. */
  async take(): Promise<T> {
    for (;;) {
      const { newest } = this;
      this.newest = undefined;
      if (newest !== undefined) return newest.value;
      if (this.failure !== undefined) throw this.failure.error;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
