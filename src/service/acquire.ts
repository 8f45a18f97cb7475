import { AcquireOutcome } from "../../gen/distributex/v1/lock.js";
import type { AcquireRequest, AcquireResponse } from "../../gen/distributex/v1/lock_service.js";
import { LockError } from "../contract/errors.js";
import type { LockView } from "../core/view.js";
import type { Caller, GrantedLease, LockEngine } from "../engine/engine.js";
import type { ServiceContext } from "./context.js";
import { goneAway, type UnaryCall, type UnaryHandler } from "./grpc/unary.js";
import { leaseMessage, notAcquiredMessage } from "./messages.js";
import { orderOfAcquire } from "./orders.js";

/** Acquire: at once where the engine knows at once, else when it does. */
export function acquire({ engine, limits }: ServiceContext): UnaryHandler<AcquireRequest, AcquireResponse> {
  return (request, call) => {
    const caller = new AcquireCaller(engine, call);
    const pending = engine.acquire(orderOfAcquire(request, limits), caller);
    if (caller.error !== undefined) throw caller.error;
    if (caller.response !== undefined) return caller.response;
    return new Promise((resolve, reject) => {
      caller.resolve = resolve;
      caller.reject = reject;
      call.onCancel(() => {
        pending.cancel();
        reject(goneAway());
      });
    });
  };
}

class AcquireCaller implements Caller {
  response: AcquireResponse | undefined;
  error: LockError | undefined;
  resolve: ((response: AcquireResponse) => void) | undefined;
  reject: ((error: LockError) => void) | undefined;

  constructor(
    private readonly engine: LockEngine,
    private readonly call: UnaryCall,
  ) {}

  granted(lease: GrantedLease, again: boolean): void {
    if (this.call.cancelled) {
      if (!again) undoGrant(this.engine, lease);
      return;
    }
    const message = leaseMessage(lease, this.engine.timesOf(lease));
    this.answer({ outcome: AcquireOutcome.ACQUIRED, lease: message, lock: undefined });
  }

  notAcquired(outcome: "contended" | "timed-out", lock: LockView): void {
    this.answer({ ...notAcquiredMessage(outcome, lock), lease: undefined });
  }

  failed(error: LockError): void {
    this.error = error;
    this.reject?.(error);
  }

  private answer(response: AcquireResponse): void {
    this.response = response;
    this.resolve?.(response);
  }
}

/** Gives back a lease whose client was gone when it was granted: it must leave nothing. */
export function undoGrant(engine: LockEngine, lease: GrantedLease): void {
  const released = engine.release(lease.id);
  if (released instanceof Promise) {
    // Nobody is there to be told; an engine that can't release now lets the lease run to its ttl.
    released.catch(() => undefined);
  }
}
