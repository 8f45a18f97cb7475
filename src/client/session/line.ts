import type { SessionRequest, SessionResponse } from "../../../gen/distributex/v1/session.js";
import type { DistributexError } from "../errors.js";

/** Who is told what comes on a stream. */
export interface StreamListener {
  received(message: SessionResponse): void;
  /** Nothing comes after it. Absent error: the server ended the stream well. */
  ended(error: DistributexError | undefined): void;
}

/** A stream of Session. */
export interface SessionStream {
  send(message: SessionRequest): void;
  /** Nothing more will be sent. */
  end(): void;
  /** Ends the stream both ways, without a word. */
  cancel(): void;
}

/** A connection to a server, as far as a session needs one. */
export interface Line {
  /** Never throws: what goes wrong ends the stream. */
  open(listener: StreamListener): SessionStream;
}

/** Where lines come from. */
export interface Switchboard {
  /**
   * The line in use, or a new one where there is none: each address is tried once.
   *
   * @throws {Unavailable} when no server answers
   */
  line(): Promise<Line>;
  /** This line is dead, or its server is about to be. The next one is new, and goes to that server only as a last resort. */
  giveUp(line: Line): void;
}
