import type { Owner } from "../../gen/distributex/v1/lock.js";

/** Who holds, waits or leads, as they said themselves. It is for people, never an authority. */
export interface OwnerInfo {
  /** The host that asked. Empty: not stated. */
  readonly host: string;
  /** What asked: a program, a worker. Empty: not stated. */
  readonly label: string;
  /** Anything else. Empty: nothing. */
  readonly metadata: Readonly<Record<string, string>>;
}

const NOBODY: OwnerInfo = { host: "", label: "", metadata: {} };

/** An owner off the wire. */
export function ownerInfo({ host, label, metadata }: Owner = NOBODY): OwnerInfo {
  return { host, label, metadata };
}
