import { connect } from "../../src/client/index.js";
import { VERSION } from "../../src/contract/version.js";
import { startServer } from "../serve.js";
import type { Candidate, Peer } from "./peer.js";

export const distributex: Candidate = {
  name: "Distributex",
  install: {},
  means:
    "the SDK's `acquire` and `release`, one client and so one session; its server with the memory engine and the " +
    "settings it starts with. Round trip: a `tryAcquire` of the held lock, answered with no",
  promises: {
    "first come, first served": "yes",
    "fencing token": "yes",
    "a holder learns of its loss": "yes, before anyone else can be granted",
    "outlives the machine": "no",
  },
  start: startDistributex,
};

async function startDistributex(): Promise<Peer> {
  const server = startServer("serve-locks.js");
  const locks = await connect(`127.0.0.1:${await server.port}`);
  return {
    name: distributex.name,
    versions: `server and SDK ${VERSION}`,
    acquire: async (lock) => {
      const lease = await locks.acquire(lock);
      return () => lease.release();
    },
    roundTrip: (lock) => locks.tryAcquire(lock),
    stop: async () => {
      await locks.close();
      server.stop();
    },
  };
}
