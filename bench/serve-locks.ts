import { createServer } from "../src/server/index.js";

const server = createServer();
await server.start();
process.send?.(server.addresses[0]?.port);
