import fc from "fast-check";
import { expect, it } from "vitest";
import { LossReason } from "../../../gen/distributex/v1/lock.js";
import type { SessionRequest } from "../../../gen/distributex/v1/session.js";
import type { HeldLease } from "../../../src/client/held-lease.js";
import { toWire } from "../../../src/contract/duration.js";
import { leaseMessage, World, type FakeStream } from "./world.js";

const LEASE = "lease";

/** How long things take, in milliseconds, over and over. */
interface Network {
  readonly toServer: readonly number[];
  readonly toClient: readonly number[];
  /** When the stream is cut, after its opening, as each end sees it. */
  readonly cuts: readonly { readonly client: number; readonly server: number }[];
}

/** A server with one lock, granted once: it knows from when on somebody else could have it. */
class Server {
  /** Nobody else can have the lock before that. */
  endsAt = Infinity;
  private newest = 0;
  private granted = false;
  private owner: FakeStream | undefined;
  /** Nothing that was said on them arrives any more. */
  private readonly lost = new Set<FakeStream>();
  /** How each stream's client is told something, in order. */
  private readonly tellers = new Map<FakeStream, (say: () => void) => void>();
  private seen = 0;
  private readonly turns = { toServer: 0, toClient: 0 };

  constructor(
    private readonly world: World,
    private readonly network: Network,
    private readonly lives: { readonly ttlMs: number; readonly graceMs: number },
  ) {}

  /** Takes care of the streams that were opened since the last call. */
  attend(): void {
    const { machine, switchboard } = this.world;
    for (; this.seen < switchboard.streams.length; this.seen++) {
      const stream = switchboard.streams[this.seen]!;
      const cut = this.network.cuts[this.seen % this.network.cuts.length]!;
      machine.after(cut.client, () => {
        stream.fail();
      });
      machine.after(cut.server, () => {
        this.lose(stream);
      });
      let heardUntil = 0;
      let toldUntil = 0;
      let requests = 0;
      const tell = (say: () => void): void => {
        toldUntil = Math.max(toldUntil, machine.now() + this.delay("toClient"));
        machine.after(toldUntil - machine.now(), () => {
          if (!stream.cancelled) say();
        });
      };
      this.tellers.set(stream, tell);
      const carry = (): void => {
        for (; requests < stream.requests.length; requests++) {
          const request = stream.requests[requests]!;
          heardUntil = Math.max(heardUntil, machine.now() + this.delay("toServer"));
          const arrivesAt = heardUntil;
          machine.after(arrivesAt - machine.now(), () => {
            this.hear(stream, request, tell);
          });
        }
        if (!stream.cancelled) machine.after(20, carry);
      };
      carry();
    }
  }

  private hear(stream: FakeStream, request: SessionRequest, tell: (say: () => void) => void): void {
    if (this.lost.has(stream)) return;
    const now = this.world.machine.now();
    const { open, operations, seq } = request;
    const leases: string[] = [];
    if (open !== undefined && open.leaseIds.includes(LEASE) && now < this.endsAt) {
      this.takenFrom(this.owner);
      this.owner = stream;
      leases.push(LEASE);
    }
    const grants: number[] = [];
    for (const { id, kind } of operations) {
      if (kind?.$case !== "acquire" || (this.granted && this.owner !== stream)) continue;
      this.granted = true;
      this.owner = stream;
      this.endsAt = Infinity;
      grants.push(id);
    }
    if (this.owner === stream && this.granted && (this.endsAt === Infinity || now < this.endsAt)) {
      this.newest = now;
      this.endsAt = now + this.lives.ttlMs;
    }
    tell(() => {
      if (open !== undefined) {
        const { ttlMs, graceMs } = this.lives;
        stream.opened({
          leases: leases.map((leaseId) => leaseMessage({ leaseId })),
          ttl: toWire(ttlMs),
          grace: toWire(graceMs),
        });
      }
      for (const id of grants) stream.grant(id, { leaseId: LEASE }, seq);
      stream.say({ kept: seq });
    });
  }

  /** An older stream's first message came late: the newer one, which lives, is told that it has lost the lease. */
  private takenFrom(owner: FakeStream | undefined): void {
    if (owner === undefined || this.lost.has(owner)) return;
    this.tellers.get(owner)?.(() => {
      const value = { leaseId: LEASE, reason: LossReason.SESSION_LOST };
      owner.say({ events: [{ event: { $case: "lost", value } }] });
    });
  }

  private lose(stream: FakeStream): void {
    this.lost.add(stream);
    if (this.owner !== stream) return;
    const now = this.world.machine.now();
    if (now < this.endsAt) this.endsAt = Math.min(this.newest + this.lives.ttlMs, now + this.lives.graceMs);
    this.owner = undefined;
  }

  private delay(way: "toServer" | "toClient"): number {
    const delays = this.network[way];
    return delays[this.turns[way]++ % delays.length]!;
  }
}

it("C11: whatever delays and cuts, nobody else can have the lock while the client counts it as held", async () => {
  const delays = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 8 });
  const cut = fc.record({
    client: fc.integer({ min: 1, max: 30_000 }),
    server: fc.integer({ min: 1, max: 30_000 }),
  });
  const cuts = fc.array(cut, { minLength: 1, maxLength: 6 });
  const network = fc.record({ toServer: delays, toClient: delays, cuts });
  const lives = fc.record({
    ttlMs: fc.integer({ min: 1_000, max: 20_000 }),
    graceMs: fc.integer({ min: 1_000, max: 20_000 }),
  });
  let held = 0;
  await fc.assert(
    fc.asyncProperty(network, lives, async (carried, agreed) => {
      const world = new World(agreed);
      const server = new Server(world, carried, agreed);
      const asked = await world.ask("a");
      for (let step = 0; step < 300; step++) {
        server.attend();
        await world.machine.pass(100);
        const lease = asked.outcome as HeldLease | undefined;
        if (lease?.held !== true) continue;
        held++;
        expect(world.machine.now()).toBeLessThan(server.endsAt);
      }
    }),
    { numRuns: 200 },
  );
  expect(held).toBeGreaterThan(0);
});
