import { connect } from "../../src/client/index.js";
import { monotonic } from "./time.js";

/** A server that is started again reads the wall clock anew, to a millisecond. */
const UNEQUAL_MS = 2;

/**
 * Tells when tokens were granted: they are microseconds by the server's wall clock, read at its start and running on
 * monotonically from there, as this machine's monotonic clock does.
 */
export class GrantClock {
  private constructor(private readonly offsetMs: number) {}

  static async of(port: number): Promise<GrantClock> {
    const locks = await connect(`127.0.0.1:${port}`);
    let offsetMs = -Infinity;
    for (let i = 0; i < 20; i++) {
      const lease = await locks.acquire(`clock/${i}`);
      offsetMs = Math.max(offsetMs, Number(lease.fencingToken) / 1000 - monotonic());
      await lease.release();
    }
    await locks.close();
    return new GrantClock(offsetMs);
  }

  /** The grant was made by then, and hardly any earlier. */
  readonly grantedBy = (token: bigint): number => Number(token) / 1000 - this.offsetMs + UNEQUAL_MS;
}
