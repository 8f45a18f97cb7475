import type { Address } from "./address.js";
import { Connection, noAnswer, tryEach, type ConnectionOptions } from "./connection.js";
import { GrpcLine } from "./grpc-line.js";
import type { Line, Switchboard } from "./session/line.js";

/** A client's one connection, and how to get the next one. */
export class Uplink implements Switchboard {
  private current: GrpcLine | undefined;
  private opening: Promise<GrpcLine> | undefined;
  private readonly closed = new AbortController();

  constructor(
    /** The first one is tried first. */
    private addresses: readonly Address[],
    private readonly options: ConnectionOptions,
    connection: Connection,
  ) {
    this.current = new GrpcLine(connection);
  }

  async line(): Promise<GrpcLine> {
    if (this.current !== undefined) return this.current;
    this.opening ??= this.open().finally(() => (this.opening = undefined));
    return this.opening;
  }

  giveUp(line: Line): void {
    if (line !== this.current) return;
    const { connection } = this.current;
    this.current = undefined;
    const others = this.addresses.filter((address) => address !== connection.address);
    this.addresses = [...others, connection.address];
    connection.close();
  }

  close(): void {
    this.closed.abort();
    this.current?.connection.close();
    this.current = undefined;
  }

  private async open(): Promise<GrpcLine> {
    const { addresses, options } = this;
    const startedAt = performance.now();
    const connection = await tryEach(addresses, { ...options, signal: this.closed.signal });
    if (connection === undefined) throw noAnswer(addresses, performance.now() - startedAt);
    if (this.closed.signal.aborted) {
      connection.close();
      throw noAnswer(addresses, 0);
    }
    this.current = new GrpcLine(connection);
    return this.current;
  }
}
