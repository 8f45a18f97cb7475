import { inspect as format } from "node:util";
import type { ClientDuplexStream, ServiceError, StatusObject } from "@grpc/grpc-js";
import type { LockServiceClient } from "../../gen/distributex/v1/lock_service.js";
import {
  OpenSession,
  SessionRequest,
  type SessionEvent,
  type SessionLease,
  type SessionOpened,
  type SessionResponse,
} from "../../gen/distributex/v1/session.js";
import { acquire, release, type Kind, type Result, type Results } from "./session-operations.js";

/** An operation that was sent. */
export interface Asked {
  readonly id: number;
  /** Its one result; rejects where the stream ends without. */
  readonly result: Promise<Result>;
}

/** What waits for something to come. */
interface Watcher {
  /** Whether it has found what it looks for. */
  readonly look: () => boolean;
  readonly fail: (error: Error) => void;
}

interface Unanswered {
  readonly answer: (result: Result) => void;
  readonly fail: (error: Error) => void;
}

/**
 * One stream of Session under test. An operation that is answered twice, or was never asked for, fails the whole
 * run.
 */
export class SessionCaller {
  /** What the server said first; rejects where it refuses. */
  readonly opened: Promise<SessionOpened>;
  /** Resolves with the status that ended the stream, whatever it is. */
  readonly status: Promise<StatusObject>;
  /** The newest `kept`. */
  kept = 0;
  /** All messages so far. */
  readonly messages: SessionResponse[] = [];
  private readonly stream: ClientDuplexStream<SessionRequest, SessionResponse>;
  private readonly unanswered = new Map<number, Unanswered[]>();
  private readonly events: SessionEvent[] = [];
  private readonly watchers = new Set<Watcher>();
  private over: Error | undefined;
  private seq = 0;
  private operations = 0;

  /** Opens; `null` sends nothing. */
  constructor(locks: LockServiceClient, open: Partial<OpenSession> | null = {}) {
    this.stream = locks.session();
    this.stream.on("data", (message: SessionResponse) => {
      this.arrive(message);
    });
    this.stream.on("error", (_error: ServiceError) => undefined);
    this.status = new Promise((resolve) => {
      this.stream.on("status", (status: StatusObject) => {
        this.over = Object.assign(new Error(`the session ended: ${status.code} ${status.details}`), status);
        for (const { fail } of [...this.watchers, ...[...this.unanswered.values()].flat()]) fail(this.over);
        resolve(status);
      });
    });
    this.opened = this.until(() => this.messages[0]?.opened);
    if (open !== null) this.send({ open: OpenSession.create(open) });
  }

  /** Sends a message and returns its seq. */
  send(message: Partial<SessionRequest>): number {
    const { seq = this.seq + 1 } = message;
    this.seq = seq;
    this.stream.write(SessionRequest.create({ ...message, seq }));
    return seq;
  }

  /** Sends operations in one message. */
  ask(...kinds: readonly Kind[]): Asked[] {
    const operations = kinds.map((kind) => ({ id: ++this.operations, kind }));
    const asked = operations.map(({ id }) => ({ id, result: this.resultOf(id) }));
    this.send({ operations });
    return asked;
  }

  /** Sends one operation. */
  askOne(kind: Kind): Asked {
    return this.ask(kind)[0]!;
  }

  /** Sends one operation and waits for its result, which must be of this case. */
  async do<Case extends keyof Results>(kind: Kind, expected: Case): Promise<Results[Case]> {
    return valueOf(await this.askOne(kind).result, expected);
  }

  /** Takes a lock that must be free. */
  take(name: string): Promise<SessionLease> {
    return this.do(acquire(name), "granted");
  }

  /** Releases a lease; whether it was held. */
  async release(leaseId: string): Promise<boolean> {
    return (await this.do(release(leaseId), "released")).wasHeld;
  }

  /** Sends nothing but a seq; resolves with the `kept` that covers it. */
  ping(): Promise<number> {
    const seq = this.send({});
    return this.until(() => (this.kept >= seq ? this.kept : undefined));
  }

  /** The next result of this operation id. Results of one id are given out in the order in which they come. */
  resultOf(id: number): Promise<Result> {
    const promise = new Promise<Result>((answer, fail) => {
      if (this.over !== undefined) fail(this.over);
      const others = this.unanswered.get(id);
      if (others === undefined) this.unanswered.set(id, [{ answer, fail }]);
      else others.push({ answer, fail });
    });
    return unheeded(promise);
  }

  /** The first event, come or to come, for which the function gives something, and what it gives. */
  event<Found>(pick: (event: SessionEvent) => Found | undefined): Promise<Found> {
    return this.until(() => {
      for (const [i, event] of this.events.entries()) {
        const found = pick(event);
        if (found === undefined) continue;
        this.events.splice(i, 1);
        return found;
      }
      return undefined;
    });
  }

  /** Ends the session, and what it holds, at once. */
  close(): Promise<StatusObject> {
    this.send({ close: true });
    return this.status;
  }

  /** Closes the sending half only. */
  end(): Promise<StatusObject> {
    this.stream.end();
    return this.status;
  }

  /** Ends the call, as a client does that gives up; resolves when this side knows it. */
  cancel(): Promise<StatusObject> {
    this.stream.cancel();
    return this.status;
  }

  /** Stops reading, as a client that hangs does. */
  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  private arrive(message: SessionResponse): void {
    this.messages.push(message);
    this.kept = Math.max(this.kept, message.kept);
    this.events.push(...message.events);
    for (const { id, result } of message.results) {
      const asked = this.unanswered.get(id);
      const first = asked?.shift();
      if (first === undefined || result === undefined) throw new Error(`a result too many: ${id}`);
      first.answer(result);
      if (asked?.length === 0) this.unanswered.delete(id);
    }
    for (const watcher of this.watchers) if (watcher.look()) this.watchers.delete(watcher);
  }

  /** Waits for what `pick` finds in what has come. */
  private until<Found>(pick: () => Found | undefined): Promise<Found> {
    const promise = new Promise<Found>((resolve, reject) => {
      const look = (): boolean => {
        const found = pick();
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      if (look()) return;
      if (this.over === undefined) this.watchers.add({ look, fail: reject });
      else reject(this.over);
    });
    return unheeded(promise);
  }
}

/** A test need not wait for everything that it asks for. */
function unheeded<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** What is in a result, which must be of this case. */
export function valueOf<Case extends keyof Results>(result: Result, expected: Case): Results[Case] {
  if (result.$case !== expected) throw new Error(`expected ${expected}, got ${format(result)}`);
  return result.value as Results[Case];
}
