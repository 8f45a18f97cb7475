import { startServer, type ServerProcess } from "../process/server.js";
import type { Chance } from "./chance.js";
import type { Lives } from "./contender.js";
import { pause } from "./time.js";

/** The locks of a contest. One of them can be held for so long only. */
export const LOCKS = ["red", "amber"];
const CONFIG = "pools:\n  - {name: '*'}\n  - {name: amber, maxhold: 1500ms}\n";

/** A server in a process of its own that does whatever a process may do. */
export class Host implements AsyncDisposable {
  readonly port: number;

  private constructor(
    private server: ServerProcess,
    private readonly lives: Lives,
  ) {
    this.port = server.port;
  }

  static async start(lives: Lives): Promise<Host> {
    return new Host(await startServer({ config: CONFIG }), lives);
  }

  /** Now and then it stands still, or is killed and starts again, until the signal aborts; then it works. */
  async suffer(chance: Chance, restarts: boolean, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await pause(chance.ofAnySize(1_000, 20_000), stop);
      if (stop.aborted) return;
      if (restarts && chance.happens(0.5)) await this.restart();
      else await this.stall(chance.ofAnySize(100, 3_000), stop);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }

  private async stall(ms: number, stop: AbortSignal): Promise<void> {
    this.server.program.kill("SIGSTOP");
    await pause(ms, stop);
    this.server.program.kill("SIGCONT");
  }

  /** It forgets all leases, and grants nothing until the holders, whose leases stand for `grace` at most, know. */
  private async restart(): Promise<void> {
    await this.server.kill();
    const args = ["--listen", `127.0.0.1:${this.port}`, "--startdelay", `${this.lives.graceMs}ms`];
    this.server = await startServer({ config: CONFIG, args });
  }
}
