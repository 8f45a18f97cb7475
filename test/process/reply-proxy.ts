import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** HTTP/2: what a client says before its first frame; a frame's head: length in 3 bytes, type in the fourth. */
const PREFACE_BYTES = 24;
const HEAD_BYTES = 9;
const HEADERS = 1;
const RST_STREAM = 3;

/** A TCP proxy before a server, in whose first connection the first answer meets with an accident. */
export interface ReplyProxy {
  readonly port: number;
  /** Connections so far. */
  readonly connections: () => number;
  close(): void;
}

/**
 * Starts a proxy. What happens to the first answer that the server gives through it, when the call has taken effect:
 * - `cut`: it is lost, and the connection with it;
 * - `late`: it is held back until the client has cancelled the call.
 *
 * Later connections pass untouched.
 */
export async function startReplyProxy(serverPort: number, accident: "cut" | "late"): Promise<ReplyProxy> {
  let connections = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(serverPort, "127.0.0.1");
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => other.destroy());
    }
    client.pipe(upstream);
    if (connections++ > 0) upstream.pipe(client);
    else if (accident === "cut") cutFirstAnswer(upstream, client);
    else holdFirstAnswer(upstream, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: (server.address() as AddressInfo).port, connections: () => connections, close };
}

function cutFirstAnswer(upstream: Socket, client: Socket): void {
  onFrames(upstream, 0, (type, frame) => {
    if (type === HEADERS) client.destroy();
    else client.write(frame);
  });
}

function holdFirstAnswer(upstream: Socket, client: Socket): void {
  const held: Buffer[] = [];
  let state: "before" | "holding" | "after" = "before";
  onFrames(upstream, 0, (type, frame) => {
    if (state === "before" && type === HEADERS) state = "holding";
    if (state === "holding") held.push(frame);
    else client.write(frame);
  });
  onFrames(client, PREFACE_BYTES, (type) => {
    if (state !== "holding" || type !== RST_STREAM) return;
    state = "after";
    client.write(Buffer.concat(held));
  });
}

function onFrames(socket: Socket, skip: number, take: (type: number, frame: Buffer) => void): void {
  let pending = Buffer.alloc(0);
  let toSkip = skip;
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    const skipped = Math.min(toSkip, pending.length);
    toSkip -= skipped;
    pending = pending.subarray(skipped);
    while (pending.length >= HEAD_BYTES) {
      const length = HEAD_BYTES + pending.readUIntBE(0, 3);
      if (pending.length < length) return;
      take(pending[3]!, pending.subarray(0, length));
      pending = pending.subarray(length);
    }
  });
}
