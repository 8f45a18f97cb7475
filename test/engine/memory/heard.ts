import type { Ending } from "../../../src/core/lock.js";
import type { GrantedLease } from "../../../src/engine/engine.js";
import { Asked } from "../../contract/asked.js";

/** A caller that says that it has news. */
export class Heard extends Asked {
  constructor(
    private readonly number: number,
    private readonly changed: Set<number>,
    onLease: (lease: GrantedLease) => void,
  ) {
    super(() => {
      onLease(this.lease);
    });
  }

  protected override hear(what: string): void {
    this.changed.add(this.number);
    super.hear(what);
  }
}

/** Who has resumed leases: he is told how each of them ends. */
export class Heir extends Heard {
  constructor(number: number, changed: Set<number>) {
    super(number, changed, () => undefined);
  }

  override lost(_lease: GrantedLease, how: Ending): void {
    this.hear(`lost: ${how}`);
  }
}
