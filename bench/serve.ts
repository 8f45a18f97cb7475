import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Starts one of the servers here as a process of its own; it tells its port. */
export function startServer(file: "serve-locks.js" | "serve-echo.js"): {
  readonly port: Promise<number>;
  readonly stop: () => void;
} {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const child = fork(path, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const port = new Promise<number>((resolve, reject) => {
    child.once("message", (message) => {
      resolve(message as number);
    });
    child.once("exit", (code) => {
      reject(new Error(`${file} ended with ${code}`));
    });
  });
  port.catch(() => undefined);
  return { port, stop: () => child.kill("SIGKILL") };
}
