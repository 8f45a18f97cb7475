import type { ClientDuplexStream, ServiceError } from "@grpc/grpc-js";
import { LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import type { SessionRequest, SessionResponse } from "../../gen/distributex/v1/session.js";
import type { Connection } from "./connection.js";
import { DistributexError } from "./errors.js";
import type { Line, SessionStream, StreamListener } from "./session/line.js";

const { path, requestSerialize, responseDeserialize } = LockServiceService.session;

/** A connection on which streams of Session are opened. */
export class GrpcLine implements Line {
  constructor(readonly connection: Connection) {}

  open(listener: StreamListener): SessionStream {
    try {
      const { client } = this.connection;
      return new GrpcStream(
        client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize),
        listener,
      );
    } catch (thrown) {
      return new StillbornStream(DistributexError.from(thrown), listener);
    }
  }
}

class GrpcStream implements SessionStream {
  private failure: ServiceError | undefined;

  constructor(
    private readonly call: ClientDuplexStream<SessionRequest, SessionResponse>,
    listener: StreamListener,
  ) {
    call.on("data", (message: SessionResponse) => {
      listener.received(message);
    });
    call.on("error", (error: ServiceError) => {
      this.failure = error;
    });
    // Comes last, after the error where there is one.
    call.on("status", () => {
      listener.ended(this.failure === undefined ? undefined : DistributexError.from(this.failure));
    });
  }

  send(message: SessionRequest): void {
    this.call.write(message);
  }

  end(): void {
    this.call.end();
  }

  cancel(): void {
    this.call.cancel();
  }
}

/** A stream on a channel that was closed a moment ago. */
class StillbornStream implements SessionStream {
  constructor(error: DistributexError, listener: StreamListener) {
    setImmediate(() => {
      listener.ended(error);
    });
  }

  send(): void {
    // Nobody hears it.
  }

  end(): void {
    // It has.
  }

  cancel(): void {
    // It is.
  }
}
