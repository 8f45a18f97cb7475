import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { credentials } from "@grpc/grpc-js";
import { LockServiceClient } from "../gen/distributex/v1/lock_service.js";
import { SessionRequest } from "../gen/distributex/v1/session.js";
import { writeSection } from "./document.js";
import { whereAndWhen } from "./machine.js";
import type { MassOrder } from "./mass-holders.js";
import type { MassReport } from "./serve-mass.js";
import { markdownTable, percentile, printTable } from "./table.js";

const PING_EVERY_MS = 2;

/** How many connections, and how many locks each of them holds. */
const CROWDS = [
  { clients: 2_000, locks: 50 },
  { clients: 15_000, locks: 7 },
  { clients: 2_000, locks: 500 },
];
/** For the memory of each: enough locks that connections and sessions are paid for by others. */
const BULK = { clients: 100, locks: 1_000 };

/**
 * Many clients with many locks, all killed at once (SIGKILL): how long until every lock is free, and what a bystander
 * feels of it meanwhile. And the memory that each held lock and each waiter takes.
 */
export async function benchMass(): Promise<void> {
  const deaths: Record<string, string | number>[] = [];
  for (const crowd of CROWDS) deaths.push(await massDeath(crowd));
  const memory = [await memoryOf(false), await memoryOf(true)];
  printTable("all killed at once", deaths);
  printTable("heap of the server", memory);
  await writeSection(
    "mass",
    [
      "## A crowd that dies at once",
      "`npm run bench -- mass`, " + whereAndWhen(),
      "Clients in one process, each with a connection and a session without grace, half of their locks exclusive, half",
      "shared; the process is killed (SIGKILL). _free_ is the time from the first lost stream that the server sees to the",
      "last lock free; _ping_ what a bystander on another connection waits for the answer to a ping meanwhile; _slice_ the",
      "longest stretch of work of our own in one turn of the event loop, and _stall_ the longest delay of the event loop,",
      "most of which is Node's HTTP/2 closing connections.",
      markdownTable(deaths),
      "Heap of the server, connections and sessions included:",
      markdownTable(memory),
    ].join("\n\n"),
  );
}

async function massDeath(crowd: {
  clients: number;
  locks: number;
}): Promise<Record<string, string | number>> {
  const server = new MassServer();
  const start = performance.now();
  const holders = await startHolders({ port: await server.port, ...crowd, wait: false });
  const takingMs = performance.now() - start;
  const connected = await server.report();
  const bystander = new Bystander(await server.port);
  const calm = await bystander.during(1_000);
  await server.report();
  holders.kill("SIGKILL");
  const rough = await bystander.until(async () => (await server.lookAgain()).freeingMs > 0);
  const after = server.last;
  bystander.close();
  server.stop();
  const locks = crowd.clients * crowd.locks;
  return {
    connections: crowd.clients,
    "locks held": locks,
    "taken in s": takingMs / 1_000,
    "resident MB": connected.residentBytes / 2 ** 20,
    "free ms": after.freeingMs,
    "ping p99 ms, calm": percentile(calm, 0.99),
    "ping p99 ms": percentile(rough, 0.99),
    "ping longest ms": Math.max(...rough),
    "slice ms": server.longestSliceMs,
    "stall ms": server.longestStallMs,
  };
}

/** What each held lock, or each waiter of one lock, takes of the server's heap. */
async function memoryOf(wait: boolean): Promise<Record<string, string | number>> {
  const server = new MassServer();
  const port = await server.port;
  // What is made once is made before.
  const first = await startHolders({ port, clients: 1, locks: 10, wait: false });
  const before = await server.report();
  const start = performance.now();
  const crowd = await startHolders({ port, ...BULK, wait });
  const takingMs = performance.now() - start;
  const after = await server.report();
  for (const child of [first, crowd]) child.kill("SIGKILL");
  server.stop();
  const count = BULK.clients * BULK.locks;
  return {
    what: wait ? "waiters of one lock" : "held locks",
    count,
    sessions: BULK.clients,
    "taken in s": takingMs / 1_000,
    "bytes each": Math.round((after.heapBytes - before.heapBytes) / count),
  };
}

async function startHolders(order: MassOrder): Promise<ChildProcess> {
  const path = fileURLToPath(new URL("mass-holders.js", import.meta.url));
  const child = fork(path, {
    execArgv: ["--max-old-space-size=8192"],
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  child.send(order);
  await once(child, "message");
  return child;
}

/** The server that measures itself. */
class MassServer {
  readonly port: Promise<number>;
  longestSliceMs = 0;
  longestStallMs = 0;
  last!: MassReport;
  private readonly child: ChildProcess;

  constructor() {
    const path = fileURLToPath(new URL("serve-mass.js", import.meta.url));
    this.child = fork(path, {
      execArgv: ["--expose-gc", "--max-old-space-size=8192"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.port = once(this.child, "message").then(([port]) => port as number);
  }

  /** Begins to measure anew. */
  async report(): Promise<MassReport> {
    await this.port;
    this.longestSliceMs = this.longestStallMs = 0;
    return this.ask("collect");
  }

  /** Goes on measuring. */
  async lookAgain(): Promise<MassReport> {
    const report = await this.ask("look");
    this.longestSliceMs = Math.max(this.longestSliceMs, report.longestSliceMs);
    this.longestStallMs = Math.max(this.longestStallMs, report.longestStallMs);
    return report;
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }

  private async ask(what: "collect" | "look"): Promise<MassReport> {
    this.child.send(what);
    const [report] = (await once(this.child, "message")) as [MassReport];
    this.last = report;
    return report;
  }
}

/** Pings on a connection of its own. */
class Bystander {
  private readonly client: LockServiceClient;
  private readonly session: ReturnType<LockServiceClient["session"]>;
  private seq = 1;
  private readonly sentAt = new Map<number, number>();
  private times: number[] = [];

  constructor(port: number) {
    this.client = new LockServiceClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
      "grpc.use_local_subchannel_pool": 1,
    });
    this.session = this.client.session();
    this.session.on("error", () => undefined);
    this.session.on("data", ({ kept }: { kept: number }) => {
      const now = performance.now();
      for (const [seq, at] of this.sentAt) {
        if (seq > kept) return;
        this.times.push(now - at);
        this.sentAt.delete(seq);
      }
    });
    const open = { owner: undefined, ttl: undefined, grace: undefined, leaseIds: [] };
    this.session.write(SessionRequest.create({ seq: 1, open }));
  }

  /** Round trips of so long, in milliseconds. */
  during(ms: number): Promise<number[]> {
    const end = performance.now() + ms;
    return this.until(() => Promise.resolve(performance.now() >= end));
  }

  /** Round trips until it is so. */
  async until(isSo: () => Promise<boolean>): Promise<number[]> {
    this.times = [];
    const pinging = setInterval(() => {
      this.sentAt.set(++this.seq, performance.now());
      this.session.write(SessionRequest.create({ seq: this.seq }));
    }, PING_EVERY_MS);
    while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 10));
    clearInterval(pinging);
    return this.times;
  }

  close(): void {
    this.session.cancel();
    this.client.close();
  }
}
