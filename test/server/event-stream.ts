import type { ClientReadableStream, ServiceError, StatusObject } from "@grpc/grpc-js";

/** A server stream under test: its messages one by one, and its end. */
export class EventStream<Message> {
  /** Resolves with the status that ended the stream, whatever it is. */
  readonly status: Promise<StatusObject>;
  private readonly arrived: Message[] = [];
  private readonly takers: ((message: Message) => void)[] = [];
  private readonly refusers: ((error: Error) => void)[] = [];
  private over: Error | undefined;

  constructor(private readonly stream: ClientReadableStream<Message>) {
    stream.on("data", (message: Message) => {
      const taker = this.takers.shift();
      this.refusers.shift();
      if (taker === undefined) this.arrived.push(message);
      else taker(message);
    });
    stream.on("error", (_error: ServiceError) => undefined);
    this.status = new Promise((resolve) => {
      stream.on("status", (status: StatusObject) => {
        this.over = Object.assign(new Error(`the stream ended: ${status.code} ${status.details}`), status);
        for (const refuse of this.refusers) refuse(this.over);
        resolve(status);
      });
    });
  }

  /** The next message; rejects when the stream ends without one. */
  next(): Promise<Message> {
    const message = this.arrived.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.over !== undefined) return Promise.reject(this.over);
    return new Promise((resolve, reject) => {
      this.takers.push(resolve);
      this.refusers.push(reject);
    });
  }

  /** The next message for which the function gives something, and what it gives. */
  async until<Found>(pick: (message: Message) => Found | undefined): Promise<Found> {
    for (;;) {
      const found = pick(await this.next());
      if (found !== undefined) return found;
    }
  }

  /** Stops reading, as a client that hangs does. */
  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  cancel(): void {
    this.stream.cancel();
  }
}

type Event = { readonly $case: string; readonly value: unknown };
type ValueOf<E extends Event, Case extends E["$case"]> = Extract<E, { $case: Case }>["value"];

/** Picks events of one kind, for `until`. */
export function event<E extends Event, Case extends E["$case"]>(
  kind: Case,
): (message: { event?: E | undefined }) => ValueOf<E, Case> | undefined {
  return ({ event: it }) => (it?.$case === kind ? it.value : undefined);
}
