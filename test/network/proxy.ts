import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { Pipe } from "./pipe.js";

/** Where bytes go. */
export type Direction = "toServer" | "toClient";

interface Connection {
  readonly client: Socket;
  readonly upstream: Socket;
  readonly pipes: Readonly<Record<Direction, Pipe>>;
  /** The network between its ends will never come back. */
  severed: boolean;
}

const BOTH: readonly Direction[] = ["toServer", "toClient"];

/** A TCP proxy in process with the faults of a network. What it does to one connection it does to all of them. */
export class Proxy {
  /** Connections that came so far, those that were refused included. */
  connections = 0;
  private readonly open = new Set<Connection>();
  private readonly swallowed = new Set<Direction>();
  private delayMs = 0;
  private refusing = false;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on("connection", (client: Socket) => {
      this.connections++;
      if (this.refusing) client.resetAndDestroy();
      else this.join(client);
    });
  }

  /** Starts a proxy before a port of this machine. */
  static async to(target: number): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const proxy = new Proxy(server, target);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Resolves when a client connects next, be it refused or not. */
  async nextConnection(): Promise<void> {
    await once(this.server, "connection");
  }

  /** From now on everything takes this long, each way. */
  delay(ms: number): void {
    this.delayMs = ms;
  }

  /** From now on nothing passes, no end of a connection either, and neither side is told; old and new connections. */
  swallow(...directions: readonly Direction[]): void {
    for (const direction of directions.length === 0 ? BOTH : directions) {
      this.swallowed.add(direction);
      for (const { pipes } of this.open) pipes[direction].hold();
    }
  }

  /** Everything passes again. What was swallowed arrives late, as TCP does when the route comes back soon enough. */
  resume(): void {
    this.swallowed.clear();
    for (const { severed, pipes } of this.open)
      if (!severed) for (const direction of BOTH) pipes[direction].release();
  }

  /**
   * Everything passes again, but not on connections of which something was, or might have been, swallowed: they are
   * silent for ever, as when a router has forgotten them.
   */
  resumeWithoutSwallowed(): void {
    if (this.swallowed.size > 0) for (const connection of this.open) sever(connection);
    this.swallowed.clear();
  }

  /** Cuts all connections: both ends are reset. */
  cut(): void {
    for (const { client, upstream } of this.open) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  }

  /** Resets one end of all connections; to the other one they stay open and silent. */
  cutHalf(end: "client" | "server"): void {
    for (const connection of this.open) {
      if (connection.severed) continue;
      sever(connection);
      connection[end === "client" ? "client" : "upstream"].resetAndDestroy();
    }
  }

  /** New connections are reset at once, until `accept`. */
  refuse(): void {
    this.refusing = true;
  }

  accept(): void {
    this.refusing = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private join(client: Socket): void {
    const upstream = connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const delayMs = () => this.delayMs;
    const pipes = {
      toServer: new Pipe(client, upstream, delayMs),
      toClient: new Pipe(upstream, client, delayMs),
    };
    const connection = { client, upstream, pipes, severed: false };
    this.open.add(connection);
    for (const direction of this.swallowed) pipes[direction].hold();
    for (const socket of [client, upstream])
      socket.on("close", () => {
        if (client.destroyed && upstream.destroyed) this.open.delete(connection);
      });
  }
}

function sever(connection: Connection): void {
  connection.severed = true;
  for (const direction of BOTH) connection.pipes[direction].hold();
}
