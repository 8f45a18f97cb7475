import { cpus, totalmem } from "node:os";
import { VERSION } from "../src/contract/version.js";

/** Where and when a bench ran, in one sentence: figures mean nothing without it. */
export function whereAndWhen(): string {
  const cores = cpus();
  const model = cores[0]?.model.trim() ?? "unknown";
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const day = new Date().toISOString().slice(0, 10);
  return `${day}, Distributex ${VERSION}, Node ${process.versions.node}, ${process.platform} ${process.arch}, ${cores.length} cores (${model}), ${memory}.`;
}
