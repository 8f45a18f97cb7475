import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { DEFAULT_LIMITS } from "../../src/contract/limits.js";
import { createServer } from "../../src/server/index.js";

test("the limit of connections holds over all listen addresses together, and one that closes makes room", async () => {
  const here = { host: "127.0.0.1", port: 0 };
  const server = createServer({ listen: [here, here], limits: { ...DEFAULT_LIMITS, connections: 4 } });
  await server.start();
  const [a, b] = server.addresses.map(({ port }) => port) as [number, number];
  const taken = [await opened(a), await opened(b), await opened(a), await opened(b)];
  expect(taken).not.toContain(undefined);
  expect([await opened(a), await opened(b)]).toEqual([undefined, undefined]);
  taken.pop()!.destroy();
  // The server sees it close in its own time; the test's time-out bounds it.
  for (let again: Socket | undefined; again === undefined; again = await opened(a));
  for (const socket of taken) socket!.destroy();
  await server.stop();
});

/** A connection that the server has taken, as what it says first shows; undefined: it was closed. */
async function opened(port: number): Promise<Socket | undefined> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await Promise.race([once(socket, "data"), once(socket, "close")]);
  return socket.destroyed ? undefined : socket;
}
