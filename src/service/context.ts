import type { ServerLimits } from "../contract/limits.js";
import type { LockEngine } from "../engine/engine.js";

/** What the handlers of both services work on. */
export interface ServiceContext {
  readonly engine: LockEngine;
  readonly limits: ServerLimits;
}
