import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A TCP proxy in process that can swallow everything, as a network without a route does. */
export class Proxy {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private swallowing = false;

  private constructor(
    private readonly server: Server,
    private readonly target: number,
  ) {
    server.on("connection", (client: Socket) => {
      this.join(client);
    });
  }

  static async to(target: number): Promise<Proxy> {
    const server = createServer();
    const proxy = new Proxy(server, target);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** From now on nothing passes either way, and no end of a connection either. */
  swallow(): void {
    this.swallowing = true;
    for (const [client, upstream] of this.pairs) {
      client.pause();
      upstream.pause();
    }
  }

  /** Cuts all connections, both ways. */
  cut(): void {
    for (const [client, upstream] of this.pairs) {
      client.destroy();
      upstream.destroy();
    }
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  private join(client: Socket): void {
    const upstream = connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true });
    const pair = [client, upstream] as const;
    this.pairs.add(pair);
    this.forward(client, upstream);
    this.forward(upstream, client);
    client.on("close", () => this.pairs.delete(pair));
  }

  private forward(from: Socket, to: Socket): void {
    from.on("data", (bytes) => {
      if (!this.swallowing) to.write(bytes);
    });
    const end = (): void => {
      if (!this.swallowing) to.destroy();
    };
    from.on("end", end);
    from.on("error", end);
    from.on("close", end);
  }
}
