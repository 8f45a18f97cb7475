import { AdminServiceService, type GetStatsResponse } from "../../gen/distributex/v1/admin_service.js";
import { openConnection, parseAddresses, unary } from "../../src/client/stubs.js";
import { pause } from "./time.js";

/** Resolves when a server keeps nothing for anybody; rejects when it still does after so many milliseconds. */
export async function nothingLeft(port: number, withinMs: number): Promise<void> {
  const until = performance.now() + withinMs;
  const connection = await openConnection(parseAddresses(`127.0.0.1:${port}`));
  try {
    for (;;) {
      const stats = await unary(connection, AdminServiceService.getStats, {});
      if (stats.locks + stats.waiters + stats.sessions === 0n) return;
      if (performance.now() > until) throw new Error(`the server still keeps ${counts(stats)}`);
      await pause(20);
    }
  } finally {
    connection.close();
  }
}

function counts({ locks, waiters, sessions }: GetStatsResponse): string {
  return `${locks} locks, ${waiters} waiters, ${sessions} sessions`;
}
