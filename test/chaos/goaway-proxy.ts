import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** HTTP/2's GOAWAY that lets no stream go on: its length, type 7, no flags, stream 0, last stream 0. */
function goaway(code: number): Buffer {
  const frame = Buffer.alloc(17);
  frame.writeUInt8(8, 2);
  frame.writeUInt8(7, 3);
  frame.writeUInt32BE(code, 13);
  return frame;
}

/** A load balancer in process that sends its clients away when it is told to. */
export class GoawayProxy implements Disposable {
  private readonly clients = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    target: number,
  ) {
    server.on("connection", (client: Socket) => {
      const upstream = connect(target, "127.0.0.1");
      this.clients.add(client);
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        from.pipe(to);
        from.on("error", () => undefined).on("close", () => to.destroy());
      }
      client.on("close", () => this.clients.delete(client));
    });
  }

  static async to(target: number): Promise<GoawayProxy> {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    return new GoawayProxy(server, target);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async nextConnection(): Promise<void> {
    await once(this.server, "connection");
  }

  /** Sends a GOAWAY on every connection, at a moment when no other frame is under way, and ends it. */
  sendAway(code: number): void {
    for (const client of this.clients) client.end(goaway(code));
  }

  [Symbol.dispose](): void {
    for (const client of this.clients) client.destroy();
    this.server.close();
  }
}
