import type { Direction, Proxy } from "../network/proxy.js";
import type { Chance } from "./chance.js";
import { pause } from "./time.js";

const FAULTS = { delay: 3, swallow: 6, cut: 3, cutHalf: 2, refuse: 2 } as const;
const WAYS: readonly (readonly Direction[])[] = [["toServer"], ["toClient"], ["toServer", "toClient"]];

/** Does to the network of one client whatever a network may do. */
export class FaultPlayer {
  constructor(
    private readonly proxy: Proxy,
    private readonly chance: Chance,
  ) {}

  /** Goes on until the signal aborts; then the network works again. */
  async play(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      await pause(this.chance.ofAnySize(10, 4_000), stop);
      if (!stop.aborted) await this.fault(this.length(), stop);
    }
    this.proxy.delay(0);
  }

  /** Half of them are over soon, half may take longer than leases last. */
  private length(): number {
    return this.chance.happens(0.5) ? this.chance.ofAnySize(10, 1_000) : this.chance.between(500, 5_000);
  }

  private async fault(ms: number, stop: AbortSignal): Promise<void> {
    const { chance, proxy } = this;
    switch (chance.weighted(FAULTS)) {
      case "delay":
        proxy.delay(chance.ofAnySize(1, 400));
        await pause(ms, stop);
        // Sometimes the way stays slow while other things happen.
        if (chance.happens(0.5)) proxy.delay(0);
        break;
      case "swallow":
        proxy.swallow(...chance.pick(WAYS));
        await pause(ms, stop);
        if (chance.happens(0.3)) proxy.cut();
        if (chance.happens(0.6)) proxy.resume();
        else proxy.resumeWithoutSwallowed();
        break;
      case "cut":
        proxy.cut();
        break;
      case "cutHalf":
        proxy.cutHalf(chance.pick(["client", "server"]));
        break;
      case "refuse":
        proxy.refuse();
        if (chance.happens(0.8)) proxy.cut();
        await pause(ms, stop);
        proxy.accept();
        break;
    }
  }
}
