import type { Socket } from "node:net";

/**
 * One direction of a proxied connection. Bytes and the end (a FIN or a reset) pass in order: after the delay, or not
 * at all while it is held.
 */
export class Pipe {
  held = false;
  private readonly underWay: { readonly dueMs: number; readonly deliver: () => void }[] = [];
  private timer: NodeJS.Timeout | undefined;
  /** The far end does not take more for now. */
  private blocked = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly delayMs: () => number,
  ) {
    from.on("data", (bytes) => {
      this.pass(() => {
        this.write(bytes);
      });
    });
    from.on("end", () => {
      this.pass(() => to.end());
    });
    from.on("error", () => {
      this.pass(() => to.resetAndDestroy());
    });
    to.on("drain", () => {
      this.blocked = false;
      this.flow();
    });
  }

  /** What comes from now on, and what is under way, stays where it is. */
  hold(): void {
    this.held = true;
    this.from.pause();
    clearTimeout(this.timer);
  }

  /** What was held back arrives, as if it had been sent again. */
  release(): void {
    this.held = false;
    this.deliverDue();
    this.flow();
  }

  private write(bytes: Buffer): void {
    if (this.to.destroyed || this.to.write(bytes)) return;
    this.blocked = true;
    this.from.pause();
  }

  private flow(): void {
    if (!this.held && !this.blocked) this.from.resume();
  }

  private pass(deliver: () => void): void {
    const delayMs = this.delayMs();
    if (!this.held && delayMs === 0 && this.underWay.length === 0) {
      deliver();
      return;
    }
    this.underWay.push({ dueMs: performance.now() + delayMs, deliver });
    if (!this.held && this.underWay.length === 1) this.deliverDue();
  }

  private deliverDue(): void {
    for (;;) {
      const [next] = this.underWay;
      if (next === undefined) return;
      const leftMs = next.dueMs - performance.now();
      if (leftMs > 0) {
        this.timer = setTimeout(() => {
          this.deliverDue();
        }, Math.ceil(leftMs));
        return;
      }
      this.underWay.shift();
      next.deliver();
    }
  }
}
