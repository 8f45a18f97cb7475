type Resolve<T> = (value: T) => void;
type Reject = (reason: unknown) => void;

let resolveNewest: Resolve<never>;
let rejectNewest: Reject;

function executor(resolve: Resolve<never>, reject: Reject): void {
  resolveNewest = resolve;
  rejectNewest = reject;
}

/**
 * Makes a promise for the object to settle, without a closure for each: operations are made by the hundred thousand
 * a second.
 */
export function promiseFor<T>(target: { resolve: Resolve<T>; reject: Reject }): Promise<T> {
  const promise = new Promise<T>(executor as never);
  target.resolve = resolveNewest as Resolve<T>;
  target.reject = rejectNewest;
  return promise;
}
