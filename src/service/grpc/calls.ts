import type { Logger } from "pino";
import { LockError, type ErrorReason } from "../../contract/errors.js";

/** A stream that must end when the server drains. */
export interface Drainable {
  drain(): void;
}

/** How a call's connection was lost: see `SessionHandle.streamLost`. */
export type StreamLoss = "gone" | "silent";

/** What all calls of a server share: the log, and the streams that a drain has to end. */
export class Calls {
  private readonly streams = new Set<Drainable>();
  private draining = false;

  constructor(
    private readonly log: Logger,
    /** Log every call. */
    private readonly logCalls: () => boolean,
    /** Finds out how the connection of this peer was lost. */
    readonly lossOf: (peer: string) => Promise<StreamLoss>,
  ) {}

  /** A call has come; the function returned is told its outcome. */
  begin(path: string): (outcome: ErrorReason | "OK" | "CANCELLED") => void {
    if (!this.logCalls()) return IGNORE;
    const start = performance.now();
    return (outcome) => {
      this.log.info({ path, outcome, ms: Math.round((performance.now() - start) * 1000) / 1000 }, "call");
    };
  }

  /** What the client is told of something thrown; a fault of ours goes to the log whole. */
  told(thrown: unknown, path: string): LockError {
    const error = LockError.from(thrown);
    if (error.reason === "INTERNAL") this.log.error({ err: thrown, path }, "internal error");
    return error;
  }

  add(stream: Drainable): void {
    if (this.draining) stream.drain();
    else this.streams.add(stream);
  }

  remove(stream: Drainable): void {
    this.streams.delete(stream);
  }

  /** Ends every open stream, and each one that is opened later. */
  drain(): void {
    this.draining = true;
    for (const stream of this.streams) stream.drain();
    this.streams.clear();
  }
}

const IGNORE = (): void => undefined;
