import type { ClientSettings } from "./options.js";
import type { Surroundings } from "./session/surroundings.js";
import type { Uplink } from "./uplink.js";

/** What the parts of one client share. */
export interface ClientContext {
  readonly settings: ClientSettings;
  readonly uplink: Uplink;
  readonly surroundings: Surroundings;
  /** Aborts when the client is closed; its reason is the error of reason CLOSED. */
  readonly closed: AbortSignal;
}
