import { credentials } from "@grpc/grpc-js";
import { Mode } from "../gen/distributex/v1/lock.js";
import { LockServiceClient } from "../gen/distributex/v1/lock_service.js";
import {
  AcquireOperation,
  Operation,
  SessionRequest,
  type SessionResponse,
} from "../gen/distributex/v1/session.js";

// A process full of clients, each with a connection, a session and its locks; made to be killed.

/** Clients that hold or wait for `locks` locks each. */
export interface MassOrder {
  readonly port: number;
  readonly clients: number;
  readonly locks: number;
  /** All wait for one lock instead of holding their own. */
  readonly wait: boolean;
}

const ENDLESS = { seconds: 315_576_000_000n, nanos: 0 };
/** Sessions that are sharers of one lock. */
const SHARERS = 10;
/** Connections opened at a time. */
const AT_ONCE = 100;
const OPERATIONS_A_MESSAGE = 1_000;

process.on("message", (order: MassOrder) => {
  void start(order).then(() => process.send?.("ready"));
});

async function start(order: MassOrder): Promise<void> {
  for (let from = 0; from < order.clients; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, order.clients - from);
    await Promise.all(Array.from({ length: count }, (_, i) => hold(order, from + i)));
  }
}

/** Resolves when the client holds, or waits for, all of its locks. */
function hold({ port, locks, wait }: MassOrder, client: number): Promise<void> {
  const stub = new LockServiceClient(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.use_local_subchannel_pool": 1,
  });
  const session = stub.session();
  const operations = Array.from({ length: locks }, (_, i) => {
    const shared = i % 2 === 1 && !wait;
    const name = nameOf(client, i, shared, wait);
    const mode = shared ? Mode.SHARED : Mode.EXCLUSIVE;
    const requestId = `request-of-client.${client}.${i}`;
    const waitTimeout = wait ? ENDLESS : undefined;
    const value = AcquireOperation.create({ name, mode, waitTimeout, requestId });
    return Operation.create({ id: i + 1, kind: { $case: "acquire", value } });
  });
  return new Promise((resolve, reject) => {
    let answered = 0;
    session.on("data", ({ results, events }: SessionResponse) => {
      for (const { result } of results) {
        if (result?.$case !== "granted") reject(new Error(`not granted: ${result?.$case ?? "nothing"}`));
      }
      answered += results.length + events.filter(({ event }) => event?.$case === "queued").length;
      if (answered >= locks) resolve();
    });
    session.on("error", reject);
    const ttl = { seconds: 3_600n, nanos: 0 };
    for (let from = 0, seq = 1; from < locks; from += OPERATIONS_A_MESSAGE, seq++) {
      const open = seq === 1 ? { owner: undefined, ttl, grace: undefined, leaseIds: [] } : undefined;
      const some = operations.slice(from, from + OPERATIONS_A_MESSAGE);
      session.write(SessionRequest.create({ seq, open, operations: some }));
    }
  });
}

function nameOf(client: number, lock: number, shared: boolean, wait: boolean): string {
  if (wait) return "mass/one";
  return shared ? `mass/shared/${Math.floor(client / SHARERS)}/${lock}` : `mass/${client}/${lock}`;
}
