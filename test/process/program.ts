import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** How a program ended. */
export interface Ended {
  /** The exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** Added to the environment, from which all DISTRIBUTEX_ variables were taken out. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the program reads; absent: nothing, its stdin is empty. */
  readonly stdin?: string;
}

// A test that failed must not leave its programs behind.
const running = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** A program under test: what it wrote so far, and promises for what it will do. */
export class Program {
  stdout = "";
  stderr = "";
  /** Resolves when the program has ended and all of its output was read. */
  readonly ended: Promise<Ended>;
  #child: ChildProcess;
  #watchers = new Set<() => void>();

  constructor(command: string, args: readonly string[], { env = {}, stdin = "" }: ProgramOptions = {}) {
    this.#child = spawn(command, args, { env: { ...ownEnvironment(), ...env }, stdio: "pipe" });
    running.add(this.#child);
    this.#child.stdin?.on("error", () => undefined).end(stdin);
    this.#collect("stdout");
    this.#collect("stderr");
    this.ended = this.#end();
  }

  get pid(): number {
    return this.#child.pid!;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Closes the reading end of the program's stdout, as `| head` does. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  /** Waits until the output so far matches; rejects where the program ends without. */
  async until(stream: "stdout" | "stderr", pattern: RegExp): Promise<RegExpMatchArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this[stream]);
        if (found === null) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
      void this.ended.then(({ code, signal, stdout, stderr }) => {
        const end = `ended (${String(code ?? signal)}) before ${stream} matched ${String(pattern)}`;
        reject(new Error(`${end}\nstdout: ${stdout}\nstderr: ${stderr}`));
      });
    });
  }

  #collect(stream: "stdout" | "stderr"): void {
    this.#child[stream]?.setEncoding("utf8").on("data", (text: string) => {
      this[stream] += text;
      for (const look of this.#watchers) look();
    });
  }

  async #end(): Promise<Ended> {
    const [code, signal] = (await once(this.#child, "close")) as [number | null, NodeJS.Signals | null];
    running.delete(this.#child);
    return { code, signal, stdout: this.stdout, stderr: this.stderr };
  }
}

function ownEnvironment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("DISTRIBUTEX_")));
}
