import type { Leader } from "../../gen/distributex/v1/lock.js";
import { ownerInfo, type OwnerInfo } from "./owner-info.js";
import { dateOf } from "./wire-time.js";

/** Who leads an election. */
export interface LeaderInfo {
  readonly owner: OwnerInfo;
  /** What the leader publishes, for example its address. Empty: nothing. */
  readonly value: string;
  /** The token of the leader's term: rises from term to term. */
  readonly fencingToken: bigint;
  /** When it was elected, by the server's clock; for people. */
  readonly electTime: Date;
}

/** A leader off the wire. */
export function leaderInfo({ owner, value, fencingToken, electTime }: Leader): LeaderInfo {
  return { owner: ownerInfo(owner), value, fencingToken, electTime: dateOf(electTime) };
}
