import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type {
  InspectRequest,
  InspectResponse,
  LockServiceServer,
  ProclaimRequest,
  ProclaimResponse,
  ReleaseRequest,
  ReleaseResponse,
  RenewRequest,
  RenewResponse,
  ResignRequest,
  ResignResponse,
} from "../../gen/distributex/v1/lock_service.js";
import { LIMITS } from "../contract/limits.js";
import { checkLeaseId, checkText } from "../contract/names.js";
import { acquire } from "./acquire.js";
import { campaign } from "./campaign.js";
import type { ServiceContext } from "./context.js";
import { bidiStream } from "./grpc/bidi-stream.js";
import type { Calls } from "./grpc/calls.js";
import { serverStream } from "./grpc/server-stream.js";
import { unary } from "./grpc/unary.js";
import { leaderMessage, leaseMessage, lockMessage } from "./messages.js";
import { observe } from "./observe.js";
import { targetOf, ttlOf } from "./orders.js";
import { session } from "./session/session.js";
import { wait } from "./wait.js";

/** LockService on an engine: messages to engine calls and back, nothing more. */
export function lockService(context: ServiceContext, calls: Calls): UntypedServiceImplementation {
  const { buffered_events } = context.limits;
  return {
    acquire: unary(acquire(context), calls),
    release: unary((request: ReleaseRequest) => release(context, request), calls),
    renew: unary((request: RenewRequest) => renew(context, request), calls),
    inspect: unary((request: InspectRequest) => inspect(context, request), calls),
    wait: serverStream(wait(context), calls, buffered_events),
    campaign: serverStream(campaign(context), calls, buffered_events),
    observe: serverStream(observe(context), calls, buffered_events),
    proclaim: unary((request: ProclaimRequest) => proclaim(context, request), calls),
    resign: unary((request: ResignRequest) => resign(context, request), calls),
    session: bidiStream(session(context), calls, buffered_events),
  } satisfies Record<keyof LockServiceServer, unknown>;
}

async function release({ engine }: ServiceContext, request: ReleaseRequest): Promise<ReleaseResponse> {
  checkLeaseId(request.leaseId);
  return { wasHeld: await engine.release(request.leaseId) };
}

async function renew({ engine }: ServiceContext, request: RenewRequest): Promise<RenewResponse> {
  checkLeaseId(request.leaseId);
  const lease = await engine.renew(request.leaseId, ttlOf(request.ttl));
  return { lease: leaseMessage(lease, engine.timesOf(lease)) };
}

async function inspect({ engine }: ServiceContext, request: InspectRequest): Promise<InspectResponse> {
  return { lock: lockMessage(await engine.inspect(targetOf(request))) };
}

async function proclaim({ engine }: ServiceContext, request: ProclaimRequest): Promise<ProclaimResponse> {
  checkLeaseId(request.leaseId);
  checkText(request.value, "value", LIMITS.valueBytes);
  return { leader: leaderMessage(await engine.proclaim(request.leaseId, request.value)) };
}

async function resign({ engine }: ServiceContext, request: ResignRequest): Promise<ResignResponse> {
  checkLeaseId(request.leaseId);
  await engine.resign(request.leaseId);
  return {};
}
