import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Mode } from "../../gen/distributex/v1/lock.js";
import { startServer, type ServerProcess } from "../process/server.js";
import { Caller } from "./caller.js";
import { SessionCaller, type Asked } from "./session-caller.js";
import { acquire, cancel, inspect, release, renew, resume, wait, type Kind } from "./session-operations.js";

let server: ServerProcess;
let ann: Caller;

beforeAll(async () => {
  server = await startServer({ config: "pools:\n  - name: '*'\n  - name: three/*\n    maxlocks: 3\n" });
  ann = new Caller(server.port);
});

afterAll(async () => {
  ann.close();
  await server.stop();
});

/** What a session does next; `pick` chooses among what it could mean. */
interface Step {
  readonly session: number;
  readonly does: "try" | "wait" | "again" | "release" | "cancel" | "renew" | "inspect" | "resume";
  readonly pick: number;
  readonly shared: boolean;
  /** Sends it in a message of its own, not with what was asked before. */
  readonly apart: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  session: fc.nat(2),
  does: fc.constantFrom<Step["does"][]>(
    "try",
    "wait",
    "wait",
    "again",
    "release",
    "release",
    "release",
    "cancel",
    "renew",
    "inspect",
    "resume",
  ),
  pick: fc.nat(1_000),
  shared: fc.boolean(),
  apart: fc.boolean(),
});

// What is answered twice, or not before the stream ends, fails in SessionCaller.
test("whatever three sessions do to each other, each operation has one result, and their close leaves nothing", async () => {
  const steps = fc.sample(step, { numRuns: 20_000, seed: 20_261_121 });
  for (let from = 0; from < steps.length; from += 500) {
    const sessions = [0, 1, 2].map(() => new Actor(ann));
    const leases: string[] = [];
    for (const each of steps.slice(from, from + 500)) await sessions[each.session]!.take(each, leases);
    const cases = (await Promise.all(sessions.map((session) => session.close()))).flat();
    expect(cases.filter(($case) => $case === "granted").length).toBeGreaterThan(20);
    const { locks, waiters, exclusiveLeases, sharedLeases } = await ann.stats();
    expect([locks, waiters, exclusiveLeases, sharedLeases]).toEqual([0n, 0n, 0n, 0n]);
  }
});

/** A session that does what steps say. */
class Actor {
  private readonly session: SessionCaller;
  private readonly asked: Asked[] = [];
  private readonly kinds: Kind[] = [];

  constructor(caller: Caller) {
    this.session = new SessionCaller(caller.locks);
  }

  /** Sometimes all that was asked for so far goes off; `leases` are those of all sessions. */
  async take(step: Step, leases: string[]): Promise<void> {
    this.kinds.push(this.kindOf(step, leases));
    if (!step.apart) return;
    for (const asked of this.session.ask(...this.kinds.splice(0))) {
      this.asked.push(asked);
      void asked.result.then(({ $case, value }) => {
        if ($case === "granted") leases.push(value.leaseId);
      });
    }
    // Only some wait, so that the others race.
    if (step.pick % 5 === 0) await this.session.ping();
  }

  /** Closes; the cases of all results. */
  async close(): Promise<string[]> {
    await this.session.close();
    return (await Promise.all(this.asked.map(({ result }) => result))).map(({ $case }) => $case);
  }

  private kindOf({ does, pick, shared }: Step, leases: readonly string[]): Kind {
    const name = ["a", "b", "three/a", "three/b"][pick % 4]!;
    const mode = shared ? Mode.SHARED : Mode.EXCLUSIVE;
    const leaseId = leases[pick % leases.length] ?? "unknown";
    switch (does) {
      case "try":
        return acquire(name, { mode });
      case "wait":
        return wait(name, { mode });
      case "again":
        return wait(name, { mode, requestId: `random-request-id-${name.replace("/", "-")}-${pick % 3}` });
      case "release":
        return release(leaseId);
      case "cancel":
        return cancel(this.asked[pick % this.asked.length]?.id ?? 1);
      case "renew":
        return renew(leaseId);
      case "inspect":
        return inspect(name);
      case "resume":
        return resume([leaseId, leases[(pick * 7) % leases.length] ?? "unknown"]);
    }
  }
}
