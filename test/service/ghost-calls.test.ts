import { Metadata, type ServerInterceptor, type ServerListener } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { noGhostCalls } from "../../src/service/grpc/ghost-calls.js";

const WAIT = { path: "/distributex.v1.LockService/Wait" };

// What grpc-js does when a cancellation overtakes the request: it tells of the end first, then of the request.
test("C2: the request of a call that was cancelled before it was read reaches no handler", () => {
  const { told, below } = started(noGhostCalls([WAIT]), WAIT);
  below.onReceiveMetadata(new Metadata());
  below.onCancel();
  below.onReceiveMessage("request");
  below.onReceiveHalfClose();
  expect(told).toEqual(["metadata", "cancel"]);
});

test("a call that lives is passed on whole", () => {
  const { told, below } = started(noGhostCalls([WAIT]), WAIT);
  below.onReceiveMetadata(new Metadata());
  below.onReceiveMessage("request");
  below.onReceiveHalfClose();
  expect(told).toEqual(["metadata", "message", "half-close"]);
});

test("a call that can't last is not burdened", () => {
  const call = {};
  expect(noGhostCalls([WAIT])({ path: "/other" } as never, call as never)).toBe(call);
});

type Below = Required<{ [Key in keyof ServerListener]: (...args: unknown[]) => void }>;

/** Starts an intercepted call; `told` is what its handler is told when `below` is told it by the transport. */
function started(interceptor: ServerInterceptor, method: { path: string }): { told: string[]; below: Below } {
  const told: string[] = [];
  let below: Below | undefined;
  const transport = {
    start: (listener: Below) => {
      below = listener;
    },
  };
  interceptor(method as never, transport as never).start({
    onReceiveMetadata: () => told.push("metadata"),
    onReceiveMessage: () => told.push("message"),
    onReceiveHalfClose: () => told.push("half-close"),
    onCancel: () => told.push("cancel"),
  });
  return { told, below: below! };
}
