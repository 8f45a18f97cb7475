import {
  AcquireResponse,
  LockServiceService,
  type AcquireRequest,
} from "../../gen/distributex/v1/lock_service.js";
import type { Lease } from "../../gen/distributex/v1/lock.js";
import { moment } from "../client/clock.js";
import { formatDuration, toWire } from "../contract/duration.js";
import { abandon, confirmed, giveBack, trustedMs, type DatedLease } from "./acquisition.js";
import { command, type Context } from "./command.js";
import { printable } from "./escape.js";
import { EXIT } from "./exit-codes.js";
import { patienceFlag } from "./flag-values.js";
import { LeaseLost } from "./lease-lost.js";
import { lockFlags, lockRequest } from "./lock-flags.js";
import { whoHolds } from "./wording.js";

/** Takes a lock and prints its lease, which then runs on its ttl. */
export const acquire = command(
  (yargs) =>
    lockFlags(yargs).option("wait", {
      type: "string",
      requiresArg: true,
      describe: "How long to wait for it, or forever; default: a try",
    }),
  async (flags, context) => {
    const patienceMs = flags.wait === undefined ? 0 : patienceFlag("--wait", flags.wait);
    // The caller's pid: ours is gone before anyone could look for it.
    const request = lockRequest(flags, process.ppid);
    const { response, dated } = await taken(request, patienceMs, context);
    if (dated === undefined) {
      if (context.output.json) await context.output.message(AcquireResponse, response);
      context.output.talk(printable(`not acquired: ${request.name}: ${whoHolds(response.lock)}`));
      return EXIT.NOT_ACQUIRED;
    }
    await handOver(dated, response, context);
    return EXIT.DONE;
  },
);

interface Taken {
  readonly response: AcquireResponse;
  /** Absent: not acquired. */
  readonly dated?: DatedLease;
}

/** Asks for the lock; leaves nothing behind when that fails or a signal calls it off. */
async function taken(
  request: AcquireRequest,
  patienceMs: number,
  { link, stopped }: Context,
): Promise<Taken> {
  const sentAt = moment();
  const deadline = performance.now() + patienceMs;
  const attempt = (): AcquireRequest =>
    patienceMs === 0 ? request : { ...request, waitTimeout: toWire(deadline - performance.now()) };
  let lease: Lease | undefined;
  try {
    const response = await link.ask(LockServiceService.acquire, attempt, { deadlineMs: Infinity });
    lease = response.lease;
    if (lease === undefined) return { response };
    return { response, dated: patienceMs === 0 ? { lease, sentAt } : await confirmed(link, lease) };
  } catch (thrown) {
    if (stopped.aborted || lease !== undefined) await abandon(link, request);
    throw thrown;
  }
}

/** Prints the lease; gives it back when nobody reads it. */
async function handOver(
  dated: DatedLease,
  response: AcquireResponse,
  { link, output, stopped }: Context,
): Promise<void> {
  const { lease } = dated;
  try {
    stopped.throwIfAborted();
    const leftMs = trustedMs(dated);
    if (leftMs <= 0) throw new LeaseLost(lease.name, "EXPIRED", "it had run out before it was reported");
    if (output.json) await output.message(AcquireResponse, { ...response, lease });
    else await output.data(lease.leaseId);
    const left = leftMs === Infinity ? "does not expire" : `${formatDuration(leftMs)} left`;
    output.talk(printable(`acquired ${lease.name}: token ${lease.fencingToken.toString()}, ${left}`));
  } catch (thrown) {
    await giveBack(link, lease.leaseId);
    throw thrown;
  }
}
