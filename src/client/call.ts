import { Metadata, type CallOptions as GrpcOptions } from "@grpc/grpc-js";
import type { Connection } from "./connection.js";
import { DistributexError, Unavailable } from "./errors.js";

/** One rpc of a generated service definition, for example `LockServiceService.acquire`. */
export interface Method<Request, Response> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (request: Request) => Buffer;
  readonly responseDeserialize: (bytes: Buffer) => Response;
}

export interface UnaryMethod<Request, Response> extends Method<Request, Response> {
  readonly requestStream: false;
  readonly responseStream: false;
}

export interface ServerStreamMethod<Request, Response> extends Method<Request, Response> {
  readonly requestStream: false;
  readonly responseStream: true;
}

export interface CallOptions {
  /** Milliseconds after which the call fails with DEADLINE_EXCEEDED. Absent: never. */
  readonly deadlineMs?: number | undefined;
  /** Cancels the call, which then rejects with the signal's reason. Absent: it can't be cancelled. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a call with one request and one response. A reply that came before the abort is returned all the same, so
 * that nothing granted is lost.
 *
 * @throws {DistributexError} when the call fails
 */
export async function unary<Request, Response>(
  connection: Connection,
  method: UnaryMethod<Request, Response>,
  request: Request,
  options: CallOptions = {},
): Promise<Response> {
  const { signal } = options;
  signal?.throwIfAborted();
  let abort: (() => void) | undefined;
  try {
    return await new Promise<Response>((resolve, reject) => {
      const call = begun(() =>
        connection.client.makeUnaryRequest(
          method.path,
          method.requestSerialize,
          method.responseDeserialize,
          request,
          new Metadata(),
          grpcOptions(options),
          (error, response) => {
            if (error === null && response !== undefined) resolve(response);
            else reject(DistributexError.from(error));
          },
        ),
      );
      abort = () => {
        call.cancel();
      };
      signal?.addEventListener("abort", abort);
    });
  } catch (thrown) {
    throw signal?.aborted === true ? (signal.reason as Error) : thrown;
  } finally {
    if (abort !== undefined) signal?.removeEventListener("abort", abort);
  }
}

/**
 * Makes a call that answers with a stream. The call starts with the first `next()` and is cancelled when the loop
 * over it is left, by whichever way. Use the signal to leave while it waits for a message.
 *
 * @throws {DistributexError} from the loop when the call fails; the loop ends when the call ends well
 */
export async function* serverStream<Request, Response>(
  connection: Connection,
  method: ServerStreamMethod<Request, Response>,
  request: Request,
  options: CallOptions = {},
): AsyncGenerator<Response, void, undefined> {
  const { signal } = options;
  signal?.throwIfAborted();
  const stream = begun(() =>
    connection.client.makeServerStreamRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      new Metadata(),
      grpcOptions(options),
    ),
  );
  // The cancellation below ends the stream with an error that may come when nobody iterates any more.
  stream.on("error", () => undefined);
  const cancel = () => {
    stream.cancel();
  };
  signal?.addEventListener("abort", cancel);
  try {
    for await (const message of stream) yield message as Response;
  } catch (thrown) {
    throw signal?.aborted === true ? (signal.reason as Error) : DistributexError.from(thrown);
  } finally {
    signal?.removeEventListener("abort", cancel);
    cancel(); // Leaving the loop alone does not cancel a call of grpc-js.
  }
}

/** A connection that was closed a moment ago refuses calls by throwing. */
function begun<Call>(begin: () => Call): Call {
  try {
    return begin();
  } catch (thrown) {
    throw new Unavailable({ message: "the connection is closed", cause: thrown });
  }
}

function grpcOptions({ deadlineMs }: CallOptions): GrpcOptions {
  return deadlineMs === undefined ? {} : { deadline: Date.now() + deadlineMs };
}
