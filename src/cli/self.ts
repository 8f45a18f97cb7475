import { hostname, userInfo } from "node:os";
import { Owner } from "../../gen/distributex/v1/lock.js";

/**
 * How the command names itself to others: this host, and `user@pid` unless a label was given. Never its arguments,
 * which may hold secrets.
 *
 * @param pid the process that has the lock: the script that called us where we end and the lease stays
 */
export function ownOwner(
  pid: number,
  label: string | undefined,
  metadata: Record<string, string> = {},
): Owner {
  return Owner.create({ host: hostname(), label: label ?? `${userName()}@${pid}`, metadata });
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env.USER ?? "unknown"; // In containers a user id may have no name.
  }
}
