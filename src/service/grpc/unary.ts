import type { handleUnaryCall, ServerUnaryCall } from "@grpc/grpc-js";
import { LockError } from "../../contract/errors.js";
import type { Calls } from "./calls.js";
import { Malformed } from "./guard.js";
import { statusOf } from "./status.js";

/** What a unary handler may ask of its call. */
export interface UnaryCall {
  /** The client has gone or given up. */
  readonly cancelled: boolean;
  /** Calls `run` once when the client goes or gives up before it was answered. */
  onCancel(run: () => void): void;
}

/** Answers one request: with a value, a promise, or a LockError thrown. */
export type UnaryHandler<Request, Response> = (
  request: Request,
  call: UnaryCall,
) => Response | Promise<Response>;

/** The handler as grpc-js wants it: answered exactly once, whatever it does. */
export function unary<Request, Response>(
  handler: UnaryHandler<Request, Response>,
  calls: Calls,
): handleUnaryCall<Request | Malformed, Response> {
  return (call, callback) => {
    const done = calls.begin(call.getPath());
    const fail = (thrown: unknown): void => {
      const error = calls.told(thrown, call.getPath());
      done(error.reason);
      callback(statusOf(error));
    };
    const succeed = (response: Response): void => {
      done("OK");
      callback(null, response);
    };
    const { request } = call;
    if (request instanceof Malformed) {
      fail(request.error);
      return;
    }
    try {
      const answer = handler(request, new ServerUnary(call));
      if (answer instanceof Promise) answer.then(succeed, fail);
      else succeed(answer);
    } catch (error) {
      fail(error);
    }
  };
}

class ServerUnary implements UnaryCall {
  constructor(private readonly call: ServerUnaryCall<unknown, unknown>) {}

  get cancelled(): boolean {
    return this.call.cancelled;
  }

  onCancel(run: () => void): void {
    this.call.once("cancelled", run);
  }
}

/** What a handler's promise rejects with when its client went away: nobody is there to be told. */
export function goneAway(): LockError {
  return new LockError("SUPERSEDED", "the call was cancelled");
}
