/** A time in which a client counted a lock as its own. All times are of one clock that every client shares. */
export interface Belief {
  readonly client: string;
  readonly lock: string;
  readonly mode: "exclusive" | "shared";
  readonly token: bigint;
  /** When the client learnt that it has the lock. */
  readonly from: number;
  /** The last time at which it was seen to believe so. */
  readonly until: number;
}

/**
 * All that is wrong with what the clients of locks of capacity 1 believed: who excludes each other never believed at
 * the same time, and their tokens rise.
 *
 * @param grantedBy when a token had been granted at the latest. Nobody who is excluded by it believed then any more,
 * though its holder learnt of it only later. Absent: that isn't known.
 */
export function faultsOf(beliefs: readonly Belief[], grantedBy?: (token: bigint) => number): string[] {
  const locks = new Set(beliefs.map(({ lock }) => lock));
  return [...locks].flatMap((name) =>
    faultsOfOne(
      beliefs.filter(({ lock }) => lock === name),
      grantedBy,
    ),
  );
}

function faultsOfOne(ofLock: readonly Belief[], grantedBy?: (token: bigint) => number): string[] {
  return [
    ...twice(ofLock),
    ...inOrder(
      ofLock,
      (a, b) => a.from - b.from,
      (earlier, later) => (earlier.until >= later.from ? "at the same time as" : undefined),
      (a, b) => (a.until > b.until ? a : b),
    ),
    ...inOrder(
      ofLock,
      (a, b) => a.from - b.from,
      (earlier, later) => (earlier.token > later.token ? "with a higher token before" : undefined),
      (a, b) => (a.token > b.token ? a : b),
    ),
    ...(grantedBy === undefined ? [] : outlived(ofLock, grantedBy)),
  ];
}

/** Those who believed when an excluding lease had been granted, whoever knew of it. */
function outlived(beliefs: readonly Belief[], grantedBy: (token: bigint) => number): string[] {
  return inOrder(
    beliefs,
    (a, b) => (a.token < b.token ? -1 : 1),
    (earlier, later) => (earlier.until > grantedBy(later.token) ? "after the grant of" : undefined),
    (a, b) => (a.until > b.until ? a : b),
  );
}

/** No two leases have the same token. */
function twice(beliefs: readonly Belief[]): string[] {
  const seen = new Map<bigint, Belief>();
  return beliefs.flatMap((belief) => {
    const other = seen.get(belief.token);
    seen.set(belief.token, belief);
    return other === undefined ? [] : [sentence(other, "with the token of", belief)];
  });
}

/**
 * Compares each belief with the worst of those before it that it excludes.
 *
 * @param faultOf what is wrong with the two
 * @param worse which of two is more likely to be at fault with one that follows
 */
function inOrder(
  beliefs: readonly Belief[],
  order: (a: Belief, b: Belief) => number,
  faultOf: (earlier: Belief, later: Belief) => string | undefined,
  worse: (a: Belief, b: Belief) => Belief,
): string[] {
  let anybody: Belief | undefined;
  let exclusive: Belief | undefined;
  const faults: string[] = [];
  for (const later of beliefs.toSorted(order)) {
    const earlier = later.mode === "exclusive" ? anybody : exclusive;
    const fault = earlier === undefined ? undefined : faultOf(earlier, later);
    if (earlier !== undefined && fault !== undefined) faults.push(sentence(earlier, fault, later));
    anybody = anybody === undefined ? later : worse(anybody, later);
    if (later.mode === "shared") continue;
    exclusive = exclusive === undefined ? later : worse(exclusive, later);
  }
  return faults;
}

function sentence(a: Belief, fault: string, b: Belief): string {
  return `${a.lock}: ${named(a)} believed ${fault} ${named(b)}`;
}

function named({ client, mode, token, from, until }: Belief): string {
  return `${client} (${mode}, token ${token}, from ${from.toFixed(1)} until ${until.toFixed(1)})`;
}
