import { AcquireOperation } from "./acquire-operation.js";
import { CancelOperation, ResumeOperation, type Operation } from "./operation.js";

/** Ids are uint32; this far they are small integers to V8. */
const LAST_ID = 2 ** 31 - 1;

/** A power of two. */
const FEWEST_PLACES = 64;

/**
 * The operations of a session that are not answered yet. Ids are given in turn and most answers come in turn, so an
 * operation's place is its id, cut to as many places as there are; an id whose place is taken is passed over. (A Map
 * would lay itself out anew every few operations, which keeps the garbage collector busier than all the rest.)
 */
export class OperationTable {
  private places = emptyPlaces(FEWEST_PLACES);
  private count = 0;
  private asked = 0;

  constructor(private lastId = 0) {}

  get size(): number {
    return this.count;
  }

  add(operation: Operation): void {
    if (2 * this.count >= this.places.length) this.makeRoom();
    do this.lastId = this.lastId === LAST_ID ? 1 : this.lastId + 1;
    while (this.places[this.placeOf(this.lastId)] !== undefined);
    operation.id = this.lastId;
    operation.order = ++this.asked;
    this.places[this.placeOf(operation.id)] = operation;
    this.count++;
  }

  get(id: number): Operation | undefined {
    const operation = this.places[this.placeOf(id)];
    return operation?.id === id ? operation : undefined;
  }

  /** It is answered, or was never sent. */
  remove(operation: Operation): void {
    operation.over = true;
    if (this.get(operation.id) !== operation) return;
    this.places[this.placeOf(operation.id)] = undefined;
    if (--this.count === 0 && this.places.length > FEWEST_PLACES) this.places = emptyPlaces(FEWEST_PLACES);
  }

  /** All of them as of now, in the order in which they were asked for. */
  all(): Operation[] {
    return this.places.filter((place) => place !== undefined).sort((a, b) => a.order - b.order);
  }

  /** Whether somebody waits for one of them. */
  anyAwaited(): boolean {
    for (const operation of this.places) {
      if (operation === undefined) continue;
      if (operation instanceof AcquireOperation ? !operation.withdrawn : isAsked(operation)) return true;
    }
    return false;
  }

  /** The stream has ended: what belongs to it alone is over, and asked anew on the next one where it is needed. */
  forgetStream(): void {
    for (const operation of this.all()) {
      if (!isAsked(operation)) this.remove(operation);
    }
  }

  private placeOf(id: number): number {
    return id & (this.places.length - 1);
  }

  private makeRoom(): void {
    const { places } = this;
    this.places = emptyPlaces(2 * places.length);
    for (const operation of places) {
      if (operation !== undefined) this.places[this.placeOf(operation.id)] = operation;
    }
  }
}

function emptyPlaces(count: number): (Operation | undefined)[] {
  return new Array<Operation | undefined>(count).fill(undefined);
}

/** Whether somebody asked for it, and not the session itself. */
function isAsked(operation: Operation): boolean {
  return !(operation instanceof CancelOperation || operation instanceof ResumeOperation);
}
