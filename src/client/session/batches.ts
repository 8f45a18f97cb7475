import type { Conversation } from "./conversation.js";
import type { Operation } from "./operation.js";

/** Operations in one message: at most, and so many that another message would cost more than it brings. */
const MOST_OPERATIONS = 250;
const FEW_OPERATIONS = 16;
/** Into so many messages much is split: with all in one, the two ends would take turns instead of working side by side. */
const MESSAGES = 4;
/** A server takes a megabyte. */
const MESSAGE_BYTES = 512 * 1024;
const NAMED_LEASES = 10_000;

/** Sends operations in as many messages as they take. Those that are over meanwhile are left out. */
export function sendAll(conversation: Conversation, operations: readonly Operation[], now: number): void {
  const most = Math.min(MOST_OPERATIONS, Math.max(FEW_OPERATIONS, Math.ceil(operations.length / MESSAGES)));
  let batch: Operation[] = [];
  let batchBytes = 0;
  for (const operation of operations) {
    if (operation.over) continue;
    const { bytes } = operation;
    if (batch.length === most || (batchBytes + bytes > MESSAGE_BYTES && batchBytes > 0)) {
      conversation.send(batch, now);
      batch = [];
      batchBytes = 0;
    }
    batch.push(operation);
    batchBytes += bytes;
  }
  if (batch.length > 0) conversation.send(batch, now);
}

/** Lease ids in as many lists as the messages that they take. */
export function portionsOf(leaseIds: Iterable<string>): string[][] {
  const lists: string[][] = [];
  let list: string[] = [];
  let bytes = 0;
  for (const leaseId of leaseIds) {
    if (list.length === NAMED_LEASES || bytes + leaseId.length > MESSAGE_BYTES) {
      lists.push(list);
      list = [];
      bytes = 0;
    }
    list.push(leaseId);
    bytes += leaseId.length;
  }
  if (list.length > 0) lists.push(list);
  return lists;
}
