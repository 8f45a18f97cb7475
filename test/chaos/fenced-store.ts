/** What a store let happen to one row. */
export interface Write {
  readonly key: string;
  readonly token: bigint;
  readonly value: number;
}

/** What a lock protects, when it looks at fencing tokens: who comes with a token below the highest seen is refused. */
export class FencedStore {
  /** All writes that were accepted, in their order. */
  readonly writes: Write[] = [];
  private readonly values = new Map<string, number>();
  private readonly highest = new Map<string, bigint>();

  /** The row's value; undefined: the token is stale. From now on older ones are refused, or they could still write. */
  read(key: string, token: bigint): number | undefined {
    return this.admits(key, token) ? (this.values.get(key) ?? 0) : undefined;
  }

  /** @returns whether the write was accepted */
  write(key: string, token: bigint, value: number): boolean {
    if (!this.admits(key, token)) return false;
    this.values.set(key, value);
    this.writes.push({ key, token, value });
    return true;
  }

  private admits(key: string, token: bigint): boolean {
    if (token < (this.highest.get(key) ?? 0n)) return false;
    this.highest.set(key, token);
    return true;
  }
}

/** All that is wrong with a store whose rows are counters that only holders of a lock raise, by one each time. */
export function faultsOfWrites(writes: readonly Write[]): string[] {
  const newest = new Map<string, Write>();
  const faults: string[] = [];
  for (const write of writes) {
    const { key, token, value } = write;
    const before = newest.get(key) ?? { key, token: 0n, value: 0 };
    newest.set(key, write);
    if (token < before.token) faults.push(`${key}: token ${token} wrote after ${before.token}`);
    if (value !== before.value + 1) faults.push(`${key}: ${value} was written over ${before.value}`);
  }
  return faults;
}
