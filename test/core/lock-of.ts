import { Bond, Lock, type Granting, type Lease, type Request, type Ticket } from "../../src/core/lock.js";
import type { Policy } from "../../src/core/policy.js";
import { request, type Answer } from "../../src/core/request.js";
import { pool } from "../contract/harness.js";
import { OWNER } from "../contract/world.js";

/** One lock and the world that core is told of, for tests of core by itself. */
export class LockOf {
  now = 1_000;
  floor = 0n;
  isMine = true;
  readonly lock: Lock;
  private ids = 0;

  constructor(policy: Partial<Policy> = {}) {
    this.lock = new Lock("a", pool(policy));
  }

  get granting(): Granting {
    return {
      now: this.now,
      tokenFloor: () => this.floor,
      newId: () => `id-${this.ids++}`,
      mine: () => this.isMine,
      abandoned: () => false,
      roomToWait: () => true,
    };
  }

  ask(wish: Partial<Request> = {}, patienceMs = Infinity): Answer {
    return request(this.lock, requestOf(wish), patienceMs, bond(), this.granting);
  }

  hold(wish: Partial<Request> = {}): Lease {
    const answer = this.ask(wish);
    if (answer.kind !== "granted") throw new Error(`expected a grant, got ${answer.kind}`);
    return answer.lease;
  }

  queue(wish: Partial<Request> = {}, patienceMs = Infinity): Ticket {
    const answer = this.ask(wish, patienceMs);
    if (answer.kind !== "queued") throw new Error(`expected a ticket, got ${answer.kind}`);
    return answer.ticket;
  }
}

export function bond(): Bond {
  return new Bond({}, undefined);
}

export function requestOf(wish: Partial<Request> = {}): Request {
  return {
    mode: "exclusive",
    weight: 1,
    ttlMs: 30_000,
    askedTtlMs: 30_000,
    owner: OWNER,
    requestId: undefined,
    value: "",
    election: false,
    hold: false,
    principal: "",
    ...wish,
  };
}
