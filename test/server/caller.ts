import { credentials, type Metadata, type ServiceError } from "@grpc/grpc-js";
import { ErrorInfo, Status } from "../../gen/distributex/status/v1/status.js";
import {
  AdminServiceClient,
  type ForceReleaseRequest,
  type ForceReleaseResponse,
  type GetServerInfoResponse,
  type GetStatsResponse,
  type ListLocksRequest,
  type ListLocksResponse,
  type ListPoolsRequest,
  type ListPoolsResponse,
} from "../../gen/distributex/v1/admin_service.js";
import {
  AcquireRequest,
  type AcquireResponse,
  CampaignRequest,
  type InspectRequest,
  type InspectResponse,
  LockServiceClient,
  type ProclaimRequest,
  type ReleaseRequest,
  type ReleaseResponse,
  type RenewRequest,
  type RenewResponse,
  type ResignRequest,
  WaitRequest,
} from "../../gen/distributex/v1/lock_service.js";
import type { Lease, Lock } from "../../gen/distributex/v1/lock.js";
import { EventStream } from "./event-stream.js";

type Method<Request, Response> = (
  request: Request,
  callback: (error: ServiceError | null, response: Response) => void,
) => unknown;

/** One client connection to a server under test. */
export class Caller {
  readonly locks: LockServiceClient;
  readonly admin: AdminServiceClient;

  constructor(port: number, options: Readonly<Record<string, number>> = {}) {
    const address = `127.0.0.1:${port}`;
    const own = { "grpc.use_local_subchannel_pool": 1, ...options };
    this.locks = new LockServiceClient(address, credentials.createInsecure(), own);
    this.admin = new AdminServiceClient(address, credentials.createInsecure(), own);
  }

  close(): void {
    this.locks.close();
    this.admin.close();
  }

  acquire(request: Partial<AcquireRequest>): Promise<AcquireResponse> {
    return unary((it, done) => this.locks.acquire(it, done), AcquireRequest.create(request));
  }

  /** Takes a lock that must be free. */
  async take(name: string, request: Partial<AcquireRequest> = {}): Promise<Lease> {
    const { lease } = await this.acquire({ ...request, name });
    if (lease === undefined) throw new Error(`${name} is not free`);
    return lease;
  }

  async release(leaseId: string): Promise<boolean> {
    const { wasHeld } = await unary<ReleaseRequest, ReleaseResponse>(
      (it, done) => this.locks.release(it, done),
      {
        leaseId,
      },
    );
    return wasHeld;
  }

  async renew(leaseId: string, ttlS?: number): Promise<Lease> {
    const ttl = ttlS === undefined ? undefined : seconds(ttlS);
    const request: RenewRequest = { leaseId, ttl };
    const { lease } = await unary<RenewRequest, RenewResponse>(
      (it, done) => this.locks.renew(it, done),
      request,
    );
    return lease!;
  }

  async inspect(name: string): Promise<Lock> {
    const request: InspectRequest = { name, leaseId: "" };
    const { lock } = await unary<InspectRequest, InspectResponse>(
      (it, done) => this.locks.inspect(it, done),
      request,
    );
    return lock!;
  }

  async proclaim(leaseId: string, value: string): Promise<void> {
    await unary<ProclaimRequest, unknown>((it, done) => this.locks.proclaim(it, done), { leaseId, value });
  }

  async resign(leaseId: string): Promise<void> {
    await unary<ResignRequest, unknown>((it, done) => this.locks.resign(it, done), { leaseId });
  }

  stats(): Promise<GetStatsResponse> {
    return unary<object, GetStatsResponse>((it, done) => this.admin.getStats(it, done), {});
  }

  /** Asks until the counts are so; the test's own time-out bounds it. */
  async statsUntil(so: (stats: GetStatsResponse) => boolean): Promise<GetStatsResponse> {
    for (;;) {
      const stats = await this.stats();
      if (so(stats)) return stats;
    }
  }

  info(): Promise<GetServerInfoResponse> {
    return unary<object, GetServerInfoResponse>((it, done) => this.admin.getServerInfo(it, done), {});
  }

  list(request: ListLocksRequest): Promise<ListLocksResponse> {
    return unary<ListLocksRequest, ListLocksResponse>((it, done) => this.admin.listLocks(it, done), request);
  }

  pools(request: ListPoolsRequest): Promise<ListPoolsResponse> {
    return unary<ListPoolsRequest, ListPoolsResponse>((it, done) => this.admin.listPools(it, done), request);
  }

  forceRelease(request: ForceReleaseRequest): Promise<ForceReleaseResponse> {
    return unary<ForceReleaseRequest, ForceReleaseResponse>(
      (it, done) => this.admin.forceRelease(it, done),
      request,
    );
  }

  /** Asks until the lock is so; the test's own time-out bounds it. */
  async inspectUntil(name: string, so: (lock: Lock) => boolean): Promise<Lock> {
    for (;;) {
      const lock = await this.inspect(name);
      if (so(lock)) return lock;
    }
  }

  wait(request: Partial<WaitRequest>) {
    return new EventStream(this.locks.wait(WaitRequest.create(request)));
  }

  campaign(request: Partial<CampaignRequest>) {
    return new EventStream(this.locks.campaign(CampaignRequest.create(request)));
  }

  observe(name: string) {
    return new EventStream(this.locks.observe({ name }));
  }

  watch(prefix = "") {
    return new EventStream(this.admin.watchLocks({ prefix }));
  }
}

/** A unary call as a promise. */
export function unary<Request, Response>(
  method: Method<Request, Response>,
  request: Request,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    method(request, (error, response) => {
      if (error === null) resolve(response);
      else reject(error);
    });
  });
}

export function seconds(count: number): { seconds: bigint; nanos: number } {
  const whole = Math.floor(count);
  return { seconds: BigInt(whole), nanos: Math.round((count - whole) * 1e9) };
}

/** What a failed call said: its code, and the reason and field of its ErrorInfo. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ code: number; reason: string; field: string | undefined }> {
  try {
    await call;
  } catch (error) {
    return failure(error as ServiceError);
  }
  throw new Error("the call succeeded");
}

export function failure(error: ServiceError): { code: number; reason: string; field: string | undefined } {
  const info = errorInfo(error.metadata);
  return { code: error.code, reason: info?.reason ?? "", field: info?.metadata["field"] };
}

function errorInfo(metadata: Metadata | undefined): ErrorInfo | undefined {
  const [bytes] = metadata?.get("grpc-status-details-bin") ?? [];
  if (!Buffer.isBuffer(bytes)) return undefined;
  const [detail] = Status.decode(bytes).details;
  return detail === undefined ? undefined : ErrorInfo.decode(detail.value);
}
