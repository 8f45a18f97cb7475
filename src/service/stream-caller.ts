import type { Lost, Queued } from "../../gen/distributex/v1/lock.js";
import type { LockError } from "../contract/errors.js";
import type { Ending } from "../core/lock.js";
import type { GrantedLease, LockEngine } from "../engine/engine.js";
import type { ServerStream } from "./grpc/server-stream.js";
import { lossReason } from "./messages.js";

/** The events that all streams which wait for a lock have in common. */
type CommonEvent =
  { readonly $case: "queued"; readonly value: Queued } | { readonly $case: "lost"; readonly value: Lost };

/** What every caller on a stream is told in the same way: its place, its failure, its loss. */
export abstract class StreamCaller<Response> {
  private toldPlace = false;

  constructor(
    protected readonly engine: LockEngine,
    protected readonly stream: ServerStream<Response>,
    private readonly messageOf: (event: CommonEvent) => Response,
  ) {}

  get ready(): boolean {
    return this.stream.ready;
  }

  failed(error: LockError): void {
    this.stream.fail(error);
  }

  queued(position: number, queueLength: number): void {
    const message = this.messageOf({ $case: "queued", value: { position, queueLength } });
    // The first place must arrive; later ones come again.
    if (this.toldPlace) this.stream.sendIfReady(message);
    else this.stream.send(message);
    this.toldPlace = true;
  }

  lost(_lease: GrantedLease, how: Ending): void {
    this.stream.send(this.messageOf({ $case: "lost", value: { reason: lossReason(how) } }));
    this.stream.end();
  }
}
