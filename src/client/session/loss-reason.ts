import { LossReason as Wire } from "../../../gen/distributex/v1/lock.js";
import type { LossReason } from "../lease-lost.js";

const NAMES: Readonly<Record<number, LossReason>> = {
  [Wire.EXPIRED]: "EXPIRED",
  [Wire.FORCE_RELEASED]: "FORCE_RELEASED",
  [Wire.RELEASED]: "RELEASED",
  [Wire.MAX_HOLD]: "MAX_HOLD",
  [Wire.SESSION_LOST]: "SESSION_LOST",
  [Wire.ENGINE_LOST]: "ENGINE_LOST",
  [Wire.SHUTTING_DOWN]: "SHUTTING_DOWN",
};

/** A reason off the wire; one that is newer than this client is UNSPECIFIED. */
export function lossReason(reason: Wire): LossReason {
  return NAMES[reason] ?? "UNSPECIFIED";
}
