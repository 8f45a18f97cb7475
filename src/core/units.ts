import type { Delay, Lock, Mode, Request } from "./lock.js";

/** Whether the units asked for are free: promise 1, the only place that decides it. */
export function fits(lock: Lock, request: Request): boolean {
  if (request.mode === "shared") return lock.exclusiveUnits === 0;
  return lock.sharedCount === 0 && lock.exclusiveUnits + request.weight <= lock.policy.capacity;
}

export function take(lock: Lock, mode: Mode, weight: number): void {
  if (mode === "shared") lock.sharedCount++;
  else lock.exclusiveUnits += weight;
}

export function giveBack(lock: Lock, mode: Mode, weight: number): void {
  if (mode === "shared") lock.sharedCount--;
  else lock.exclusiveUnits -= weight;
}

/** Keeps units taken, ownerless, until `dueAt`. */
export function delayUnits(lock: Lock, mode: Mode, weight: number, dueAt: number): Delay {
  const delay: Delay = { kind: "delay", lock, mode, weight, dueAt, dueIndex: -1 };
  (lock.delays ??= new Set()).add(delay);
  lock.delayedUntil = Math.max(lock.delayedUntil, dueAt);
  take(lock, mode, weight);
  return delay;
}

/** The end of a delay, without granting what comes free. */
export function endDelay(delay: Delay): void {
  const { lock } = delay;
  if (lock.delays?.delete(delay) !== true) return;
  if (lock.delays.size === 0) lock.delays = undefined;
  giveBack(lock, delay.mode, delay.weight);
}
