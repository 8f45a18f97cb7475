import {
  CampaignRequest,
  CampaignResponse,
  LockServiceService,
  type Elected,
} from "../../gen/distributex/v1/lock_service.js";
import { farewell } from "./acquisition.js";
import { command, type Context } from "./command.js";
import { printable } from "./escape.js";
import { lockRequest, ownerFlags } from "./lock-flags.js";
import { Tenure } from "./tenure.js";
import { leaderLine, lossConstant, placeText } from "./wording.js";

/** Stands for election; once elected it leads until a signal, which resigns, or until the term is lost. */
export const campaign = command(
  (yargs) =>
    ownerFlags(yargs)
      .positional("name", { type: "string", demandOption: true, describe: "The election's name" })
      .option("value", {
        type: "string",
        requiresArg: true,
        default: "",
        describe: "What to publish once elected, for example an address",
      }),
  async (flags, context) => {
    const lock = lockRequest({ ...flags, shared: false }, process.pid);
    return new Candidacy(CampaignRequest.create(lock), context).run();
  },
);

class Candidacy {
  readonly #tenure: Tenure;

  constructor(
    private readonly request: CampaignRequest,
    private readonly context: Context,
  ) {
    this.#tenure = new Tenure(context, (leaseId) =>
      context.link.ask(LockServiceService.resign, { leaseId }, farewell()),
    );
  }

  run(): Promise<number> {
    return this.#tenure.during(() => this.follow());
  }

  private async follow(): Promise<number> {
    const options = { signal: this.#tenure.signal, mayRestart: () => !this.#tenure.held };
    for await (const { event } of this.context.link.listen(
      LockServiceService.campaign,
      this.request,
      options,
    )) {
      await this.take(event);
      if (event?.$case === "lost") {
        return this.#tenure.ended(this.request.name, lossConstant(event.value.reason));
      }
    }
    return this.#tenure.ended(this.request.name, "SESSION_LOST");
  }

  private async take(event: CampaignResponse["event"]): Promise<void> {
    switch (event?.$case) {
      case "queued":
        await this.tell({ event });
        this.context.output.progress(printable(placeText(this.request.name, event.value)));
        return;
      case "elected":
        await this.elected(event.value);
        return;
      case "leaderChanged":
        await this.tell({ event }, `leader   ${leaderLine(event.value.leader)}`);
        return;
      case "lost":
        await this.tell({ event });
        return;
      default: // A heartbeat, or what a newer server tells.
    }
  }

  private async elected({ lease: granted, leader }: Elected): Promise<void> {
    if (granted === undefined) return;
    const { lease } = await this.#tenure.begin(granted);
    const line = `elected  ${lease.leaseId}  token ${lease.fencingToken.toString()}`;
    await this.tell({ event: { $case: "elected", value: { lease, leader } } }, line);
    this.context.output.endProgress();
  }

  /** An event for scripts, and a line for people where it is worth one. */
  private async tell(response: CampaignResponse, line?: string): Promise<void> {
    const { output } = this.context;
    if (output.json) await output.message(CampaignResponse, response);
    else if (line !== undefined) await output.data(printable(line));
  }
}
