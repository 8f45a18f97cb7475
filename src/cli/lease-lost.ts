/** A lease that the command was to keep has ended, or can't be trusted any more. */
export class LeaseLost extends Error {
  override readonly name = "LeaseLost";

  /** @param reason a LossReason without its prefix, for example `EXPIRED` */
  constructor(
    lock: string,
    readonly reason: string,
    why: string,
  ) {
    super(`lost ${lock}: ${why}`);
  }
}
