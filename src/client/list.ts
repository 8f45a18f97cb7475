import { AdminServiceService } from "../../gen/distributex/v1/admin_service.js";
import type { ClientContext } from "./context.js";
import { expected } from "./duration.js";
import { lockState, type LockState } from "./lock-state.js";
import { steadyCall } from "./steady-call.js";

const PAGE_SIZE = 1_000;

/** Which locks. */
export interface ListOptions {
  /** Only names that start with this. Absent: all. */
  readonly prefix?: string | undefined;
  /** Ends the loop, which then throws the signal's reason. Absent: nothing does. */
  readonly signal?: AbortSignal | undefined;
}

/** See `LockClient.list`. */
export async function* list(
  context: ClientContext,
  { prefix = "", signal }: ListOptions,
): AsyncGenerator<LockState, void, undefined> {
  checkPrefix(prefix);
  let pageToken = "";
  do {
    const request = { prefix, pageSize: PAGE_SIZE, pageToken };
    const page = await steadyCall(context, AdminServiceService.listLocks, request, signal);
    for (const lock of page.locks) yield lockState(lock);
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
}

/** @throws {TypeError} when it is none */
export function checkPrefix(prefix: unknown): void {
  if (typeof prefix !== "string") throw expected("prefix", "a string", prefix);
}
