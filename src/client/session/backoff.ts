const FIRST_MS = 100;
const LONGEST_MS = 2_000;

/** How long to wait before the next attempt: at random, so that a crowd doesn't come back as one. */
export class Backoff {
  private attempts = 0;
  private succeededAt: number | undefined;

  constructor(private readonly random: () => number) {}

  nextMs(now: number): number {
    // What broke at once was no success.
    if (this.succeededAt !== undefined && now - this.succeededAt >= LONGEST_MS) this.attempts = 0;
    this.succeededAt = undefined;
    const attempt = this.attempts++;
    if (attempt === 0) return this.random() * FIRST_MS;
    return Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (0.5 + this.random() / 2);
  }

  succeeded(now: number): void {
    this.succeededAt = now;
  }
}
