import type { Socket } from "node:net";
import type { StreamLoss } from "../service/grpc/calls.js";

/** Socket errors that the peer's side sent: it is there, or its host is, and has closed. */
const SENT_BY_PEER = new Set(["ECONNRESET", "EPIPE", "ECONNABORTED"]);

/**
 * Turns of the event loop until a socket whose HTTP/2 session was destroyed is seen as destroyed: two with Node 20,
 * and some to spare.
 */
const TURNS = 5;

interface Connection {
  readonly socket: Socket;
  closedByPeer: boolean;
}

/**
 * The open connections. gRPC shows the same picture for a client that left and for one that this server gave up on;
 * the socket tells them apart.
 */
export class Connections {
  private readonly byPeer = new Map<string, Connection>();

  get size(): number {
    return this.byPeer.size;
  }

  add(socket: Socket): void {
    const peer = `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`;
    const connection: Connection = { socket, closedByPeer: false };
    this.byPeer.set(peer, connection);
    socket.on("end", () => {
      connection.closedByPeer = true;
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (SENT_BY_PEER.has(error.code ?? "")) connection.closedByPeer = true;
    });
    socket.once("close", () => {
      // Calls of this connection that end with it still ask how it was lost.
      setImmediate(() => {
        setImmediate(() => {
          if (this.byPeer.get(peer) === connection) this.byPeer.delete(peer);
        });
      });
    });
  }

  /** How the client of a cancelled call was lost: it left, or it fell silent and this server gave it up. */
  async lossOf(peer: string): Promise<StreamLoss> {
    const connection = this.byPeer.get(peer);
    if (connection === undefined) return "gone";
    for (let turn = 0; turn < TURNS; turn++) {
      if (connection.closedByPeer) return "gone";
      if (connection.socket.destroyed) return "silent";
      await new Promise(setImmediate);
    }
    // The connection lives: the client cancelled this call.
    return "gone";
  }

  destroyAll(): void {
    for (const { socket } of this.byPeer.values()) socket.destroy();
  }
}
