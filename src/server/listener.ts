import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { ListenAddress } from "./settings.js";

/** Listens on all the addresses, or on none when one of them can't be had. */
export async function listen(
  addresses: readonly ListenAddress[],
  accept: (socket: Socket) => void,
): Promise<Listeners> {
  const servers: Server[] = [];
  try {
    for (const address of addresses) servers.push(await listenOn(address, accept));
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  return new Listeners(servers);
}

/** The listening sockets of one server. */
export class Listeners {
  constructor(private readonly servers: readonly Server[]) {}

  /** Where they listen, with the ports that the system chose. */
  get addresses(): ListenAddress[] {
    return this.servers.map((server) => {
      const { address, port } = server.address() as AddressInfo;
      return { host: address, port };
    });
  }

  /** Accepts no more; what was accepted stays. */
  close(): void {
    for (const server of this.servers) server.close();
  }
}

function listenOn({ host, port }: ListenAddress, accept: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, accept);
    server.once("error", reject);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off("error", reject);
      resolve(server);
    });
  });
}
