import type { handleBidiStreamingCall } from "@grpc/grpc-js";
import type { Calls } from "./calls.js";
import { Malformed } from "./guard.js";
import { ServerStream } from "./server-stream.js";

/** What a stream both ways tells its handler. What it throws ends the stream with that error. */
export interface StreamReader<Request> {
  receive(message: Request): void;
  /** The client sends no more: it half-closed, or its call is about to be seen as cancelled. */
  ended(): void;
}

export type BidiHandler<Request, Response> = (stream: ServerStream<Response>) => StreamReader<Request>;

/** The handler as grpc-js wants it. `maxBuffered` is how many messages a slow reader may be behind. */
export function bidiStream<Request, Response>(
  handler: BidiHandler<Request, Response>,
  calls: Calls,
  maxBuffered: number,
): handleBidiStreamingCall<Request | Malformed, Response> {
  return (call) => {
    const stream = new ServerStream<Response>(call, calls, maxBuffered);
    const reader = handler(stream);
    call.on("data", (message: Request | Malformed) => {
      if (stream.closed) return;
      try {
        if (message instanceof Malformed) throw message.error;
        reader.receive(message);
      } catch (error) {
        stream.fail(error);
      }
    });
    call.on("end", () => {
      reader.ended();
    });
  };
}
