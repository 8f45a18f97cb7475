import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { AdminServiceService } from "../../gen/distributex/v1/admin_service.js";
import { LockServiceService } from "../../gen/distributex/v1/lock_service.js";
import { adminService, type ServerFacts } from "../service/admin-service.js";
import type { ServiceContext } from "../service/context.js";
import type { Calls } from "../service/grpc/calls.js";
import { noGhostCalls } from "../service/grpc/ghost-calls.js";
import { guarded } from "../service/grpc/guard.js";
import { lockService } from "../service/lock-service.js";
import { addReflection } from "./reflection.js";
import type { ServerSettings } from "./settings.js";

/** Every name under which health can be asked; the empty one is the server as a whole. */
const HEALTH_NAMES = ["", "distributex.v1.LockService", "distributex.v1.AdminService"];

const { acquire, wait, campaign, observe, session } = LockServiceService;
const LASTING = [acquire, wait, campaign, observe, session, AdminServiceService.watchLocks];

/** A message this many times the limit is cut off by gRPC itself, before it is held in memory whole. */
const TRANSPORT_FACTOR = 4;

/** The gRPC side of a server. Sockets come from elsewhere; see `accept`. */
export class GrpcServer {
  private readonly server: Server;
  private readonly health: HealthImplementation;
  private readonly injector: ReturnType<Server["createConnectionInjector"]>;

  constructor(settings: ServerSettings, context: ServiceContext, calls: Calls, facts: ServerFacts) {
    const { limits, keepaliveMs } = settings;
    this.server = new Server({
      "grpc.max_receive_message_length": limits.message_bytes * TRANSPORT_FACTOR,
      "grpc.max_concurrent_streams": limits.streams_per_connection,
      "grpc.keepalive_time_ms": keepaliveMs,
      "grpc.keepalive_timeout_ms": keepaliveMs,
      "grpc.keepalive_permit_without_calls": 1,
      "grpc.enable_channelz": 0,
      interceptors: [noGhostCalls(LASTING)],
    });
    this.server.addService(guarded(LockServiceService, limits.message_bytes), lockService(context, calls));
    const admin = adminService(context, calls, facts);
    this.server.addService(guarded(AdminServiceService, limits.message_bytes), admin);
    this.health = new HealthImplementation(Object.fromEntries(HEALTH_NAMES.map((name) => [name, "SERVING"])));
    this.health.addToServer(this.server);
    addReflection(this.server);
    this.injector = this.server.createConnectionInjector(ServerCredentials.createInsecure());
  }

  /** Serves gRPC on a socket that was accepted elsewhere. */
  accept(socket: Parameters<typeof this.injector.injectConnection>[0]): void {
    this.injector.injectConnection(socket);
  }

  /** Health says NOT_SERVING from now on. */
  stopServing(): void {
    for (const name of HEALTH_NAMES) this.health.setStatus(name, "NOT_SERVING");
  }

  /** Lets calls under way end, for at most so long, then cuts them off. */
  async shutdown(withinMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    const polite = new Promise<void>((resolve) => {
      this.server.tryShutdown(() => {
        resolve();
      });
    });
    await Promise.race([polite, bound]);
    clearTimeout(timer);
    this.server.forceShutdown();
  }
}
