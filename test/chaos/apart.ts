import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Proxy } from "../network/proxy.js";
import { compiled } from "../process/compiled.js";
import { Chance } from "./chance.js";
import type { ChildOptions, Order, Report, Result } from "./child.js";
import { progressMs } from "./contender.js";
import { stopAfter, type ContestOptions, type Outcome } from "./contest.js";
import { FaultPlayer } from "./fault-player.js";
import { GrantClock } from "./grant-clock.js";
import { faultsOf } from "./history.js";
import { Host, LOCKS } from "./host.js";
import { nothingLeft } from "./leftovers.js";
import { pause } from "./time.js";

/** As `contest`, but each client is a process of its own: it stalls alone, and its clock alone says what it believes. */
export async function contestApart({
  seed,
  clients,
  ms,
  restarts,
  ...lives
}: ContestOptions): Promise<Outcome> {
  const chance = new Chance(seed);
  await using program = await compiled(new URL("./child.ts", import.meta.url));
  await using host = await Host.start(lives);
  const clock = await GrantClock.of(host.port);
  const proxies: Proxy[] = [];
  const children: Child[] = [];
  const players: FaultPlayer[] = [];
  try {
    for (let i = 0; i < clients; i++) {
      const proxy = await Proxy.to(host.port);
      proxies.push(proxy);
      const own = { name: `client-${i}`, port: proxy.port, locks: LOCKS, seed: chance.fork().seed };
      children.push(new Child(program.file, { ...own, ...lives }));
      players.push(new FaultPlayer(proxy, chance.fork()));
    }
    const stop = stopAfter(ms);
    await Promise.all([
      ...players.map((player) => player.play(stop)),
      ...children.map((child) => child.freeze(chance.fork(), stop)),
      host.suffer(chance.fork(), restarts, stop),
    ]);
    await Promise.all(children.map((child) => child.stop()));
    const results = await Promise.all(children.map((child) => child.result()));
    await nothingLeft(host.port, progressMs(lives));
    const beliefs = results.flatMap((result) => result.beliefs);
    return {
      faults: [...results.flatMap((result) => result.faults), ...faultsOf(beliefs, clock.grantedBy)],
      grants: results.reduce((sum, result) => sum + result.grants, 0),
      writes: 0,
      slowestMs: Math.max(...results.map((result) => result.slowestMs)),
    };
  } finally {
    for (const child of children) child.kill();
    for (const proxy of proxies) proxy.close();
  }
}

/** A client in a process of its own. */
class Child {
  private readonly process: ChildProcess;
  private readonly ended: Promise<unknown[]>;

  constructor(file: string, options: ChildOptions) {
    this.process = fork(file, [JSON.stringify(options)], { serialization: "advanced", execArgv: [] });
    this.ended = once(this.process, "exit");
  }

  /** Now and then the whole process stands still. */
  async freeze(chance: Chance, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await pause(chance.ofAnySize(500, 20_000), stop);
      if (stop.aborted) return;
      this.process.kill("SIGSTOP");
      await pause(chance.ofAnySize(100, 4_000), stop);
      this.process.kill("SIGCONT");
    }
  }

  async stop(): Promise<void> {
    await this.ask("stop");
  }

  /** What it saw, when it has taken each lock once more and has ended by itself. */
  async result(): Promise<Result> {
    const result = (await this.ask("take")) as Result;
    const [code] = await this.ended;
    return {
      ...result,
      faults: code === 0 ? result.faults : [...result.faults, `a client ended with ${String(code)}`],
    };
  }

  kill(): void {
    this.process.kill("SIGKILL");
  }

  private async ask(order: Order): Promise<Report> {
    const gone = this.ended.then(([code]) => {
      throw new Error(`a client ended with ${String(code)}`);
    });
    gone.catch(() => undefined);
    this.process.send(order);
    const [report] = (await Promise.race([once(this.process, "message"), gone])) as [Report];
    return report;
  }
}
