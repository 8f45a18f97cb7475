import {
  AcquireRequest,
  LockServiceService,
  WaitRequest,
  WaitResponse,
} from "../../gen/distributex/v1/lock_service.js";
import type { Lease, NotAcquired, Queued } from "../../gen/distributex/v1/lock.js";
import { toWire } from "../contract/duration.js";
import { abandon, giveBack } from "./acquisition.js";
import { command, type Context } from "./command.js";
import { printable } from "./escape.js";
import { EXIT } from "./exit-codes.js";
import { patienceFlag } from "./flag-values.js";
import { lockFlags, lockRequest } from "./lock-flags.js";
import { Tenure } from "./tenure.js";
import { lossConstant, placeText, whoHolds } from "./wording.js";

/** Takes a lock like `acquire`, and tells the place in the queue meanwhile. With `--hold` it keeps the lock. */
export const wait = command(
  (yargs) =>
    lockFlags(yargs)
      .option("hold", {
        type: "boolean",
        default: false,
        describe: "Hold the lock until a signal or its loss",
      })
      .option("timeout", {
        type: "string",
        requiresArg: true,
        default: "forever",
        describe: "How long to wait for it",
      }),
  async (flags, context) => {
    const patienceMs = patienceFlag("--timeout", flags.timeout);
    const request = lockRequest(flags, flags.hold ? process.pid : process.ppid);
    const waiting = new Waiting(request, patienceMs, flags.hold, context);
    try {
      return await waiting.run();
    } catch (thrown) {
      // With --hold the end of the stream ends the lease.
      if (!flags.hold && (context.stopped.aborted || waiting.granted)) await abandon(context.link, request);
      throw thrown;
    }
  },
);

class Waiting {
  readonly #tenure: Tenure;
  readonly #deadline: number;

  constructor(
    private readonly request: AcquireRequest,
    patienceMs: number,
    private readonly hold: boolean,
    private readonly context: Context,
  ) {
    this.#deadline = performance.now() + patienceMs;
    this.#tenure = new Tenure(context, (leaseId) => giveBack(context.link, leaseId));
  }

  get granted(): boolean {
    return this.#tenure.held;
  }

  run(): Promise<number> {
    return this.#tenure.during(() => this.follow());
  }

  private async follow(): Promise<number> {
    const { signal } = this.#tenure;
    const options = { signal, mayRestart: () => !this.#tenure.held };
    for await (const { event } of this.context.link.listen(
      LockServiceService.wait,
      () => this.attempt(),
      options,
    )) {
      const exitCode = await this.take(event);
      if (exitCode !== undefined) return exitCode;
    }
    return this.#tenure.ended(this.request.name, "SESSION_LOST");
  }

  private attempt(): WaitRequest {
    const waitTimeout = toWire(this.#deadline - performance.now());
    return WaitRequest.create({ ...this.request, hold: this.hold, waitTimeout });
  }

  /** Deals with one event; returns the exit code when it was the last. */
  private async take(event: WaitResponse["event"]): Promise<number | undefined> {
    switch (event?.$case) {
      case "queued":
        return this.queued(event.value);
      case "granted":
        return event.value.lease && this.grant(event.value.lease);
      case "notAcquired":
        return this.notAcquired(event.value);
      case "lost":
        await this.tell({ event });
        return this.#tenure.ended(this.request.name, lossConstant(event.value.reason));
      default:
        return undefined; // A heartbeat, or what a newer server tells.
    }
  }

  private async queued(value: Queued): Promise<undefined> {
    await this.tell({ event: { $case: "queued", value } });
    this.context.output.progress(printable(placeText(this.request.name, value)));
  }

  private async grant(granted: Lease): Promise<number | undefined> {
    const { output } = this.context;
    const { lease } = await this.#tenure.begin(granted);
    await this.tell({ event: { $case: "granted", value: { lease } } });
    if (!output.json) await output.data(lease.leaseId);
    const verb = this.hold ? "holding" : "acquired";
    output.talk(printable(`${verb} ${lease.name}: token ${lease.fencingToken.toString()}`));
    return this.hold ? undefined : EXIT.DONE;
  }

  private async notAcquired(value: NotAcquired): Promise<number> {
    await this.tell({ event: { $case: "notAcquired", value } });
    this.context.output.talk(printable(`not acquired: ${this.request.name}: ${whoHolds(value.lock)}`));
    return EXIT.NOT_ACQUIRED;
  }

  private async tell(response: WaitResponse): Promise<void> {
    if (this.context.output.json) await this.context.output.message(WaitResponse, response);
  }
}
