import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { NotInstalled } from "./peer.js";

const START_MS = 10_000;

/** Starts a server's program as a process of its own; resolves once the port accepts connections. */
export async function startProcess(
  port: number,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<() => Promise<void>> {
  const child = spawn(command, args, { stdio: "ignore", env: { ...process.env, ...env } });
  const kill = (): void => {
    child.kill("SIGKILL");
  };
  process.once("exit", kill);
  const failed = new Promise<never>((_, reject) => {
    child.once("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new NotInstalled(command) : error);
    });
    child.once("exit", (code, signal) => {
      reject(new Error(`${command} ended with ${code ?? signal}`));
    });
  });
  failed.catch(() => undefined);
  await Promise.race([failed, accepts(port)]);
  return async () => {
    process.off("exit", kill);
    if (child.exitCode !== null || child.signalCode !== null) return;
    kill();
    await once(child, "exit");
  };
}

/** A port that nobody has, below those that the system gives away, which one of the clients refuses. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer().listen(port, "127.0.0.1");
    const free = await Promise.race([
      once(probe, "listening").then(() => true),
      once(probe, "error").then(() => false),
    ]).catch(() => false);
    if (!free) continue;
    probe.close();
    await once(probe, "close");
    return port;
  }
}

/** The first version number in what the program prints about itself. */
export function programVersion(command: string): string {
  try {
    return /\d+\.\d+[.\w-]*/.exec(execFileSync(command, ["--version"], { encoding: "utf8" }))?.[0] ?? "?";
  } catch {
    throw new NotInstalled(command);
  }
}

async function accepts(port: number): Promise<void> {
  const end = performance.now() + START_MS;
  while (performance.now() < end) {
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await sleep(20);
  }
  throw new Error(`nothing listens on port ${port} after ${START_MS} ms`);
}
