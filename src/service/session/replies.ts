import type {
  OperationResult,
  SessionEvent,
  SessionOpened,
  SessionResponse,
} from "../../../gen/distributex/v1/session.js";
import { LockError } from "../../contract/errors.js";
import type { ServiceContext } from "../context.js";
import type { ServerStream } from "../grpc/server-stream.js";

/** A message is sent off when it is about so large. Clients take 4 MiB unless they were told otherwise. */
const MESSAGE_BYTES = 262_144;
const BYTES_A_LEASE = 96;

/** One message in the making. */
class Batch {
  readonly results: OperationResult[] = [];
  readonly events: SessionEvent[] = [];
  /** By estimate. */
  bytes = 0;
  /** What has to be worked out at the last moment. */
  atLast: (() => void)[] | undefined;
}

/**
 * What a session is to be told: everything of one turn of the event loop in as few messages as it fits in. While its
 * reader is behind it is kept here, up to a limit.
 */
export class Replies {
  private readonly maxBytes: number;
  private batch = new Batch();
  private full: Batch[] = [];
  private bytes = 0;
  private opened: SessionOpened | undefined;
  private toldKept = 0;
  /** A message of the client is being worked on: its results go out together at the end. */
  private held = false;
  private scheduled = false;

  constructor(
    private readonly stream: ServerStream<SessionResponse>,
    { limits }: ServiceContext,
    private readonly kept: () => number,
  ) {
    this.maxBytes = limits.buffered_bytes;
    stream.onReady = () => {
      this.flush();
    };
  }

  /** So much is not sent yet that no more should be asked for. */
  get isHeavy(): boolean {
    return this.bytes > this.maxBytes / 2;
  }

  /** Holds back what is told until `sendOff`. */
  hold(): void {
    this.held = true;
  }

  /** Sends what was held back, or at least how far the session is kept. */
  sendOff(): void {
    this.held = false;
    this.flush();
  }

  open(opened: SessionOpened): void {
    this.opened = opened;
    // It may name many leases.
    const bytes = opened.leases.length * BYTES_A_LEASE;
    this.bytes += bytes;
    this.batch.bytes += bytes;
  }

  /** Calls `run` when the message that is being filled now is about to be sent. */
  beforeSending(run: () => void): void {
    (this.batch.atLast ??= []).push(run);
  }

  /** `bytes`: about how many it takes. */
  result(result: OperationResult, bytes: number): void {
    this.batch.results.push(result);
    this.added(bytes);
  }

  event(event: SessionEvent, bytes: number): void {
    this.batch.events.push(event);
    this.added(bytes);
  }

  /** Sends everything, also to a reader that is behind: the stream ends after it. */
  sendAll(): void {
    this.seal();
    for (const batch of this.full) this.send(batch);
    this.full = [];
  }

  private added(bytes: number): void {
    this.bytes += bytes;
    this.batch.bytes += bytes;
    if (this.batch.bytes >= MESSAGE_BYTES) this.seal();
    if (this.bytes > this.maxBytes) {
      this.full = [];
      this.batch = new Batch();
      const behind = `the reader is more than ${this.maxBytes} bytes behind`;
      this.stream.fail(new LockError("SLOW_READER", behind));
    } else if (!this.held && !this.scheduled) {
      this.scheduled = true;
      setImmediate(this.onTurnsEnd);
    }
  }

  private readonly onTurnsEnd = (): void => {
    this.scheduled = false;
    this.flush();
  };

  private seal(): void {
    if (this.batch.bytes === 0) return;
    this.full.push(this.batch);
    this.batch = new Batch();
  }

  private flush(): void {
    if (this.held || !this.stream.ready) return;
    if (this.full.length === 0) {
      // Nearly always there is one message at most.
      if (this.batch.bytes > 0 || this.opened !== undefined || this.kept() > this.toldKept) {
        const { batch } = this;
        this.batch = new Batch();
        this.send(batch);
      }
      return;
    }
    this.seal();
    let sent = 0;
    for (const batch of this.full) {
      // Sending may have filled its buffer, or ended it.
      if (!this.isReady()) break;
      this.send(batch);
      sent++;
    }
    this.full = this.full.slice(sent);
  }

  private isReady(): boolean {
    return this.stream.ready;
  }

  private send(batch: Batch): void {
    for (const run of batch.atLast ?? []) run();
    const newest = this.kept();
    const kept = newest > this.toldKept ? newest : 0;
    const { opened } = this;
    this.toldKept = newest;
    this.opened = undefined;
    this.bytes -= batch.bytes;
    this.stream.send({ kept, opened, results: batch.results, events: batch.events });
  }
}
