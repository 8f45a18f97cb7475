import type { Writable } from "node:stream";
import { Interrupted } from "./interruption.js";
import { messageJson, type JsonMessage } from "./json.js";

/** Back to the start of the line, and nothing left on it. */
const CLEAR_LINE = "\r\u001b[K";

/** What a command writes: data on stdout, talk on stderr. */
export class Output {
  #progress: string | undefined;

  constructor(
    /** For scripts: data is JSON, and there is no talk. */
    readonly json: boolean,
    private readonly stdout: Writable = process.stdout,
    private readonly stderr: Writable = process.stderr,
    private readonly overwrites: boolean = process.stderr.isTTY,
  ) {
    // A reader that went away is told to whoever writes; without a listener it would be an uncaught exception.
    for (const stream of [stdout, stderr]) stream.on("error", () => undefined);
  }

  /**
   * Writes lines of data; the progress on a terminal stands below them.
   *
   * @throws {Interrupted} by SIGPIPE when nobody reads any more
   */
  async data(lines: string): Promise<void> {
    const progress = this.overwrites ? this.#progress : undefined;
    if (progress !== undefined) this.endProgress();
    await new Promise<void>((resolve, reject) => {
      this.stdout.write(lines + "\n", (error) => {
        if (error === null || error === undefined) resolve();
        else reject(isBrokenPipe(error) ? new Interrupted("SIGPIPE") : error);
      });
    });
    if (progress !== undefined) this.progress(progress);
  }

  /** Writes a message as a line of JSON. */
  async message<T extends object>(type: JsonMessage<T>, message: T): Promise<void> {
    await this.data(messageJson(type, message));
  }

  /** Writes a line for people; nothing with `--json`. */
  talk(line: string): void {
    if (this.json) return;
    this.endProgress();
    this.stderr.write(line + "\n");
  }

  /** Writes how things stand, for people: on a terminal over what stood there before, else as a line. */
  progress(line: string): void {
    if (this.json || line === this.#progress) return;
    this.#progress = line;
    this.stderr.write(this.overwrites ? CLEAR_LINE + line : line + "\n");
  }

  /** Takes the progress off the terminal again. */
  endProgress(): void {
    if (this.#progress !== undefined && this.overwrites) this.stderr.write(CLEAR_LINE);
    this.#progress = undefined;
  }

  /** Writes an error: a line of JSON with `--json`. */
  error(line: string): void {
    this.endProgress();
    this.stderr.write(line + "\n");
  }
}

function isBrokenPipe(error: NodeJS.ErrnoException): boolean {
  return error.code === "EPIPE" || error.code === "ERR_STREAM_DESTROYED";
}
