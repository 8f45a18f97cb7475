import { AdminServiceService, type GetStatsResponse } from "../../gen/distributex/v1/admin_service.js";
import { openConnection, parseAddresses, unary, type Connection } from "../../src/client/stubs.js";

/** Somebody who looks at a server and ends its leases. */
export class Operator implements Disposable {
  private constructor(private readonly connection: Connection) {}

  static async of(port: number): Promise<Operator> {
    return new Operator(await openConnection(parseAddresses(`127.0.0.1:${port}`)));
  }

  /** Ends a lease. */
  async breakLease(
    { name, fencingToken }: { name: string; fencingToken: bigint },
    reason = "",
  ): Promise<void> {
    await unary(this.connection, AdminServiceService.forceRelease, { name, fencingToken, reason });
  }

  stats(): Promise<GetStatsResponse> {
    return unary(this.connection, AdminServiceService.getStats, {});
  }

  [Symbol.dispose](): void {
    this.connection.close();
  }
}
