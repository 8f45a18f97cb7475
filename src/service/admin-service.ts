import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type {
  AdminServiceServer,
  ForceReleaseRequest,
  ForceReleaseResponse,
  GetServerInfoResponse,
  GetStatsResponse,
  ListLocksRequest,
  ListLocksResponse,
  ListPoolsRequest,
  ListPoolsResponse,
  Pool,
} from "../../gen/distributex/v1/admin_service.js";
import { toWire } from "../contract/duration.js";
import { LockError } from "../contract/errors.js";
import { LIMITS } from "../contract/limits.js";
import { checkName, checkText } from "../contract/names.js";
import type { Policy } from "../core/policy.js";
import type { LockEngine } from "../engine/engine.js";
import type { ServiceContext } from "./context.js";
import type { Calls } from "./grpc/calls.js";
import { serverStream } from "./grpc/server-stream.js";
import { unary } from "./grpc/unary.js";
import { holderMessage, lockMessage } from "./messages.js";
import { watch } from "./watch.js";

/** What only the server process knows of itself. */
export interface ServerFacts {
  readonly version: string;
  readonly startTime: Date;
  uptimeMs(): number;
  draining(): boolean;
  connections(): number;
  /** An operator ended a lease: for the log. */
  forceReleased(name: string, token: bigint, reason: string): void;
}

/** AdminService on an engine. */
export function adminService(
  context: ServiceContext,
  calls: Calls,
  facts: ServerFacts,
): UntypedServiceImplementation {
  const { engine, limits } = context;
  return {
    listLocks: unary((request: ListLocksRequest) => listLocks(engine, request), calls),
    listPools: unary((request: ListPoolsRequest) => listPools(engine, request), calls),
    watchLocks: serverStream(watch(context), calls, limits.buffered_events),
    forceRelease: unary((request: ForceReleaseRequest) => forceRelease(engine, facts, request), calls),
    getStats: unary(() => stats(engine, facts), calls),
    getServerInfo: unary(() => serverInfo(engine, facts), calls),
  } satisfies Record<keyof AdminServiceServer, unknown>;
}

function pageSizeOf(asked: number): number {
  return Math.min(asked === 0 ? LIMITS.defaultPageSize : asked, LIMITS.maxPageSize);
}

async function listLocks(engine: LockEngine, request: ListLocksRequest): Promise<ListLocksResponse> {
  const { prefix, pageSize, pageToken } = request;
  checkText(prefix, "prefix", LIMITS.nameBytes);
  const page = await engine.list(prefix, pageSizeOf(pageSize), pageToken);
  const { locks, next = "", complete } = page;
  return { locks: locks.map(lockMessage), nextPageToken: next, complete };
}

function listPools(engine: LockEngine, { pageSize, pageToken }: ListPoolsRequest): ListPoolsResponse {
  if (!/^\d{0,9}$/.test(pageToken)) {
    const message = "page_token is not one that this server gave out";
    throw new LockError("INVALID_ARGUMENT", message, "page_token");
  }
  const all = engine.pools();
  const from = Number(pageToken);
  const until = from + pageSizeOf(pageSize);
  const nextPageToken = until < all.length ? String(until) : "";
  return { pools: all.slice(from, until).map(poolMessage), nextPageToken };
}

function poolMessage(policy: Policy): Pool {
  const limited = (ms: number): Pool["maxTtl"] => (ms === Infinity ? undefined : toWire(ms));
  return {
    name: policy.name,
    defaultTtl: toWire(policy.defaultTtlMs === Infinity ? 0 : policy.defaultTtlMs),
    maxTtl: limited(policy.maxTtlMs),
    maxHold: limited(policy.maxHoldMs),
    capacity: policy.capacity,
    servers: [...policy.servers],
    lockDelay: toWire(policy.lockDelayMs),
    maxWaiters: policy.maxWaiters,
  };
}

async function forceRelease(
  engine: LockEngine,
  facts: ServerFacts,
  request: ForceReleaseRequest,
): Promise<ForceReleaseResponse> {
  const { name, fencingToken, reason } = request;
  checkName(name);
  checkText(reason, "reason", LIMITS.reasonBytes);
  if (fencingToken === 0n) {
    const message = "fencing_token is required: the one of the lease to end, as Inspect shows it";
    throw new LockError("INVALID_ARGUMENT", message, "fencing_token");
  }
  const holder = await engine.forceRelease(name, fencingToken, reason);
  facts.forceReleased(name, fencingToken, reason);
  return { holder: holderMessage(holder) };
}

function stats(engine: LockEngine, facts: ServerFacts): GetStatsResponse {
  const counts = engine.stats();
  return {
    uptime: toWire(facts.uptimeMs()),
    locks: BigInt(counts.locks),
    exclusiveLeases: BigInt(counts.exclusiveLeases),
    sharedLeases: BigInt(counts.sharedLeases),
    waiters: BigInt(counts.waiters),
    sessions: BigInt(counts.sessions),
    observers: BigInt(counts.observers),
    connections: BigInt(facts.connections()),
    granted: BigInt(counts.granted),
    contended: BigInt(counts.contended),
    timedOut: BigInt(counts.timedOut),
    cancelled: BigInt(counts.cancelled),
    refused: BigInt(counts.refused),
    released: BigInt(counts.released),
    renewed: BigInt(counts.renewed),
    expired: BigInt(counts.expired),
    orphaned: BigInt(counts.orphaned),
    broken: BigInt(counts.broken),
  };
}

function serverInfo(engine: LockEngine, facts: ServerFacts): GetServerInfoResponse {
  const { longestTtlMs, startDelayMs, notes, ...guarantees } = engine.guarantees();
  const startDelayLeftMs = engine.startDelayRemainingMs();
  return {
    version: facts.version,
    engine: engine.name,
    guarantees: {
      ...guarantees,
      longestTtl: longestTtlMs === Infinity ? undefined : toWire(longestTtlMs),
      startDelay: toWire(startDelayMs),
      notes: [...notes],
    },
    startTime: facts.startTime,
    uptime: toWire(facts.uptimeMs()),
    draining: facts.draining(),
    startDelayRemaining: startDelayLeftMs === 0 ? undefined : toWire(startDelayLeftMs),
  };
}
