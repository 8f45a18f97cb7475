import { ServerInterceptingCall, type ServerInterceptor } from "@grpc/grpc-js";

/**
 * Keeps calls from handlers that would never learn of their end: grpc-js tells a handler that its call was cancelled
 * only if it was cancelled after the handler began. One whose cancellation overtakes its request would wait, and be
 * granted, for nobody. An intercepted call, even one that does nothing else, drops the request of a call that has
 * ended. Only calls that may last are worth it.
 */
export function noGhostCalls(lasting: readonly { readonly path: string }[]): ServerInterceptor {
  const paths = new Set(lasting.map(({ path }) => path));
  return (method, call) => {
    if (paths.has(method.path)) return new ServerInterceptingCall(call);
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- only its interface is used
    return call as ServerInterceptingCall;
  };
}
