import { benchEngine } from "./engine.js";
import { benchHandOff } from "./hand-off.js";
import { benchMass } from "./mass.js";
import { benchPeers } from "./peers.js";
import { benchUnary } from "./unary.js";

const BENCHES: Readonly<Record<string, () => void | Promise<void>>> = {
  engine: benchEngine,
  unary: benchUnary,
  "hand-off": benchHandOff,
  peers: benchPeers,
  mass: benchMass,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`);
  process.exit(64);
}
for (const name of asked.length > 0 ? asked : Object.keys(BENCHES)) await BENCHES[name]?.();
