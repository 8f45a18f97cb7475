import type { handleServerStreamingCall, ServerDuplexStream, ServerWritableStream } from "@grpc/grpc-js";
import { LockError } from "../../contract/errors.js";
import type { Calls, Drainable, StreamLoss } from "./calls.js";
import { Malformed } from "./guard.js";
import { statusOf } from "./status.js";

/** Serves one stream; what it throws ends the stream with that error. */
export type StreamHandler<Request, Response> = (request: Request, stream: ServerStream<Response>) => void;

/** The handler as grpc-js wants it. `maxBuffered` is how many messages a slow reader may be behind. */
export function serverStream<Request, Response>(
  handler: StreamHandler<Request, Response>,
  calls: Calls,
  maxBuffered: number,
): handleServerStreamingCall<Request | Malformed, Response> {
  return (call) => {
    const stream = new ServerStream<Response>(call, calls, maxBuffered);
    const { request } = call;
    if (request instanceof Malformed) {
      stream.fail(request.error);
      return;
    }
    try {
      handler(request, stream);
    } catch (error) {
      stream.fail(error);
    }
  };
}

type Outcome = Parameters<ReturnType<Calls["begin"]>>[0];

/** A call whose server side is a stream. */
export type StreamCall<Response> =
  ServerWritableStream<unknown, Response> | ServerDuplexStream<unknown, Response>;

/** One server stream: sends in order, keeps a bounded backlog for a slow reader, and ends exactly once. */
export class ServerStream<Response> implements Drainable {
  /** Called when a reader that was behind has caught up. */
  onReady: (() => void) | undefined;
  /** Called before a drain ends it, to send what is still to be told. */
  onDrain: (() => void) | undefined;
  private backlog: Response[] = [];
  private blocked = false;
  /** Over for its handler; its last messages and its status may still be on their way. */
  private over = false;
  /** Sends the status; there until it was called. */
  private finish: (() => void) | undefined;
  private onClosed: ((cancelled: boolean) => void) | undefined;
  private readonly done: ReturnType<Calls["begin"]>;
  /** Read at the start: once the connection is gone, gRPC does not know it any more. */
  private readonly peer: string;

  constructor(
    private readonly call: StreamCall<Response>,
    private readonly calls: Calls,
    private readonly maxBuffered: number,
  ) {
    this.done = calls.begin(call.getPath());
    this.peer = call.getPeer();
    call.once("cancelled", () => {
      this.backlog = [];
      this.close("CANCELLED");
    });
    call.on("drain", () => {
      this.unblock();
    });
    calls.add(this);
  }

  /** It was ended or cancelled: whatever is sent now is dropped. */
  get closed(): boolean {
    return this.over || this.call.cancelled;
  }

  /** False: its reader is behind, or it has ended. */
  get ready(): boolean {
    return !this.blocked && !this.closed;
  }

  /** Sends a message that must arrive. */
  send(message: Response): void {
    if (this.over) return;
    if (!this.blocked) {
      this.blocked = !this.call.write(message);
    } else if (this.backlog.length < this.maxBuffered) {
      this.backlog.push(message);
    } else {
      this.backlog = [];
      const behind = `the reader is more than ${this.maxBuffered} messages behind`;
      this.fail(new LockError("SLOW_READER", behind));
    }
  }

  /** Sends a message that a slow reader can do without. */
  sendIfReady(message: Response): void {
    if (this.ready) this.send(message);
  }

  /** Ends the stream with OK after all that was sent. */
  end(): void {
    this.endWith("OK", () => this.call.end());
  }

  /** Ends the stream with an error after all that was sent. */
  fail(thrown: unknown): void {
    const error = this.told(thrown);
    this.endWith(error.reason, () => this.call.emit("error", statusOf(error)));
  }

  drain(): void {
    this.onDrain?.();
    this.fail(new LockError("SHUTTING_DOWN", "the server is shutting down"));
  }

  /** Calls `run` once when the stream is over: cancelled, or ended by its handler. */
  onClose(run: (cancelled: boolean) => void): void {
    if (this.over) run(this.call.cancelled);
    else this.onClosed = run;
  }

  /** What the client is told of something thrown; a fault of ours goes to the log whole. */
  told(thrown: unknown): LockError {
    return this.calls.told(thrown, this.call.getPath());
  }

  /** How the client of a cancelled stream was lost. */
  loss(): Promise<StreamLoss> {
    return this.calls.lossOf(this.peer);
  }

  private endWith(outcome: Outcome, finish: () => void): void {
    if (this.over) return;
    this.finish = finish;
    this.close(outcome);
    if (this.backlog.length === 0) this.finishOnce();
  }

  private close(outcome: Outcome): void {
    if (this.over) return;
    this.over = true;
    this.calls.remove(this);
    this.done(outcome);
    this.onClosed?.(outcome === "CANCELLED");
  }

  private unblock(): void {
    this.blocked = false;
    let sent = 0;
    while (sent < this.backlog.length && !this.blocked) {
      this.blocked = !this.call.write(this.backlog[sent++] as Response);
    }
    this.backlog = this.backlog.slice(sent);
    if (this.backlog.length > 0) return;
    if (this.finish !== undefined) this.finishOnce();
    else if (this.ready) this.onReady?.();
  }

  private finishOnce(): void {
    const { finish } = this;
    this.finish = undefined;
    finish?.();
  }
}
