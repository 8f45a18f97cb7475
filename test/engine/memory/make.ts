import { DEFAULT_LIMITS } from "../../../src/contract/limits.js";
import { MemoryEngine } from "../../../src/engine/memory/engine.js";
import type { Ledger } from "../../../src/engine/memory/ledger.js";
import { pool, type Harness, type Setting } from "../../contract/harness.js";
import { World } from "../../contract/world.js";
import { FakeTime } from "../fake-time.js";

export interface MemoryHarness extends Harness {
  readonly engine: MemoryEngine;
  readonly time: FakeTime;
}

export function makeMemory({ pools, limits, startDelayMs }: Setting = {}): MemoryHarness {
  const time = new FakeTime();
  const faults: unknown[] = [];
  const engine = new MemoryEngine({
    pools: pools ?? [pool()],
    limits: { ...DEFAULT_LIMITS, ...limits },
    startDelayMs: startDelayMs ?? 0,
    time,
    onFault: (error) => faults.push(error),
  });
  const settle = (): Promise<void> => {
    time.turn();
    return Promise.resolve();
  };
  const advance = (ms: number): Promise<void> => {
    time.advance(ms);
    return Promise.resolve();
  };
  return { engine, time, faults, slackMs: 0, settle, advance };
}

/** A world of this engine, with its clock at hand. */
export class MemoryWorld extends World {
  override readonly engine: MemoryEngine;
  readonly time: FakeTime;

  constructor(harness = makeMemory()) {
    super(harness);
    this.engine = harness.engine;
    this.time = harness.time;
  }
}

interface Insides {
  readonly ledger: Ledger;
}

interface RegistryInsides {
  readonly slots: readonly unknown[];
  readonly free: readonly unknown[];
}

/** How much the engine keeps, by structure: all zero when nobody uses it. */
export function kept(engine: MemoryEngine): Record<string, number> {
  const { ledger } = engine as unknown as Insides;
  const registry = ledger.registry as unknown as RegistryInsides;
  const { near, far } = ledger.positions as unknown as Record<"near" | "far", Set<unknown>>;
  return {
    locks: ledger.locks.size,
    lockSlots: ledger.locks.slotCount,
    deadlines: ledger.deadlines.size,
    ids: registry.slots.length - registry.free.length,
    idSlots: registry.slots.length,
    untoldPlaces: near.size + far.size,
  };
}

/** How much has happened in it: grants, and ends of leases and tickets. */
export function happenedIn(engine: MemoryEngine): number {
  return (engine as unknown as Insides).ledger.happened;
}

export const NOTHING_KEPT = {
  locks: 0,
  lockSlots: 0,
  deadlines: 0,
  ids: 0,
  idSlots: 0,
  untoldPlaces: 0,
};
