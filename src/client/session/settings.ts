import type { Owner } from "../../../gen/distributex/v1/lock.js";
import type { Lives } from "./proof.js";

/** What a session is to be, and to ask the server for. */
export interface SessionSettings extends Lives {
  readonly owner: Owner;
  /** How long an operation that can't wait goes on without a server, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** From this `seq` on a new stream is opened. Absent: shortly before it would wrap. */
  readonly lastSeq?: number;
}
