import { promiseFor } from "./settling.js";

/** The end of a session, to be waited for. */
export class Closing {
  resolve!: (nothing: undefined) => void;
  reject!: (reason: unknown) => void;
  readonly promise = promiseFor<undefined>(this);
}
