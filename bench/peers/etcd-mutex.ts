import type { Release } from "./peer.js";

/** What is used of the package etcd3, which may be absent. */
export interface EtcdClient {
  lease(seconds: number): { grant(): Promise<string>; release(): void };
  get(key: string): { string(): Promise<string | null> };
  getAll(): Range;
  put(key: string): { value(value: string): { lease(id: string): object } };
  delete(): { key(key: string): { exec(): Promise<unknown> } };
  if(key: string, column: "Create", comparison: "==", value: number): { then(...operations: object[]): Txn };
  watch(): { key(key: string): WatchFrom };
  close(): void;
}

interface Range {
  prefix(prefix: string): Range;
  sort(by: "Create", order: "Ascend" | "Descend"): Range;
  limit(count: number): Range;
  maxCreateRevision(revision: string): Range;
  exec(): Promise<{ readonly kvs: readonly KeyValue[]; readonly header: Header }>;
}

interface Txn {
  commit(): Promise<{
    readonly succeeded: boolean;
    readonly header: Header;
    readonly responses: readonly { readonly response_range?: { readonly kvs: readonly KeyValue[] } }[];
  }>;
}

interface WatchFrom {
  startRevision(revision: string): WatchFrom;
  only(event: "delete"): WatchFrom;
  watcher(): Watcher;
}

interface Watcher {
  once(event: "delete", listener: () => void): void;
  cancel(): Promise<void>;
}

interface KeyValue {
  readonly key: Buffer;
}

interface Header {
  readonly revision: string;
}

/** Locks as keys of one lease. */
export class EtcdMutex {
  private count = 0;

  constructor(
    private readonly client: EtcdClient,
    private readonly lease: string,
  ) {}

  /** The least that takes a lock which nobody has: one transaction. */
  async acquireFree(lock: string): Promise<Release> {
    const put = this.client.put(lock).value("").lease(this.lease);
    const { succeeded } = await this.client.if(lock, "Create", "==", 0).then(put).commit();
    if (!succeeded) throw new Error(`${lock} isn't free`);
    return () => this.client.delete().key(lock).exec();
  }

  /** etcd's lock recipe: keys under one prefix queue up by the revision that created them. */
  async acquire(lock: string): Promise<Release> {
    const prefix = `${lock}/`;
    const mine = `${prefix}${this.count++}`;
    const { header, responses } = await this.client
      .if(mine, "Create", "==", 0)
      .then(
        this.client.put(mine).value("").lease(this.lease),
        this.client.getAll().prefix(prefix).sort("Create", "Ascend").limit(1),
      )
      .commit();
    const oldest = responses[1]?.response_range?.kvs[0]?.key.toString();
    if (oldest !== mine) await this.waitForTurn(prefix, header.revision);
    return () => this.client.delete().key(mine).exec();
  }

  private async waitForTurn(prefix: string, revision: string): Promise<void> {
    const before = String(BigInt(revision) - 1n);
    for (;;) {
      const { kvs, header } = await this.client
        .getAll()
        .prefix(prefix)
        .sort("Create", "Descend")
        .limit(1)
        .maxCreateRevision(before)
        .exec();
      if (kvs[0] === undefined) return;
      await this.deletionOf(kvs[0].key.toString(), header.revision);
    }
  }

  private async deletionOf(key: string, seenAt: string): Promise<void> {
    // Not create(), whose promise settles too late to see a deletion that came along with the watch's confirmation.
    const watcher = this.client
      .watch()
      .key(key)
      .startRevision(String(BigInt(seenAt) + 1n))
      .only("delete")
      .watcher();
    await new Promise<void>((resolve) => {
      watcher.once("delete", resolve);
    });
    void watcher.cancel();
  }
}
