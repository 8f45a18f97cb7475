import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds by the one clock that all processes of a machine share. */
export function monotonic(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Resolves after so many milliseconds, or when the signal aborts. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
}

/** Stops this process's event loop for so many milliseconds. */
export function block(ms: number): void {
  const until = monotonic() + ms;
  while (monotonic() < until);
}
