import type { LossReason } from "../../gen/distributex/v1/lock.js";
import {
  AcquireOperation,
  type Operation,
  type OperationQueued,
  type OperationResult,
  type SessionEvent,
} from "../../gen/distributex/v1/session.js";
import { seconds } from "./caller.js";

/** What an operation is to do. */
export type Kind = NonNullable<Operation["kind"]>;

/** What came of an operation. */
export type Result = NonNullable<OperationResult["result"]>;

/** What each case of a result holds. */
export type Results = { readonly [Each in Result as Each["$case"]]: Each["value"] };

/** To wait without end: the longest Duration. */
const FOREVER = seconds(315_576_000_000);

/** An acquire that tries. */
export function acquire(name: string, more: Partial<AcquireOperation> = {}): Kind {
  return { $case: "acquire", value: AcquireOperation.create({ ...more, name }) };
}

/** An acquire that waits for as long as it takes. */
export function wait(name: string, more: Partial<AcquireOperation> = {}): Kind {
  return acquire(name, { waitTimeout: FOREVER, ...more });
}

export function release(leaseId: string): Kind {
  return { $case: "release", value: { leaseId } };
}

export function renew(leaseId: string, ttlS?: number): Kind {
  return { $case: "renew", value: { leaseId, ttl: ttlS === undefined ? undefined : seconds(ttlS) } };
}

export function inspect(name: string): Kind {
  return { $case: "inspect", value: { name, leaseId: "" } };
}

export function cancel(operationId: number): Kind {
  return { $case: "cancel", value: { operationId } };
}

export function resume(leaseIds: readonly string[]): Kind {
  return { $case: "resume", value: { leaseIds: [...leaseIds] } };
}

/** Picks the news of an operation's place. */
export function queued(id: number): (event: SessionEvent) => OperationQueued | undefined {
  return ({ event }) => (event?.$case === "queued" && event.value.id === id ? event.value : undefined);
}

/** Picks the news that a lease was lost, and gives the reason. */
export function lost(leaseId: string): (event: SessionEvent) => LossReason | undefined {
  return ({ event }) =>
    event?.$case === "lost" && event.value.leaseId === leaseId ? event.value.reason : undefined;
}

export function draining({ event }: SessionEvent): true | undefined {
  return event?.$case === "draining" ? true : undefined;
}
