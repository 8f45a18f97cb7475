/**
 * Where a session stands:
 * - `idle`: it has no stream and needs none.
 * - `dialing`: it looks for a server, or pauses before it looks again.
 * - `talking`: it has a stream, whether the server has answered on it yet or not.
 * - `closed`: for good. The stream may still be about to end.
 */
export type Phase = "idle" | "dialing" | "talking" | "closed";
