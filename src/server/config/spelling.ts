/** The known word that somebody probably meant by this one; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = bare(word);
  // One slip in a short word, two in a longer one: more, and any short word is near any other.
  let least = plain.length < 5 ? 1 : 2;
  let found: string | undefined;
  for (const candidate of known) {
    const distance = edits(plain, bare(candidate));
    if (distance > least || (distance === least && found !== undefined)) continue;
    least = distance;
    found = candidate;
  }
  return found;
}

/** Without what people get wrong for habit: `maxLocks`, `max-locks` and `max_locks` are one word. */
function bare(word: string): string {
  return word.toLowerCase().replaceAll(/[-_. ]/g, "");
}

/** Letters to insert, delete or replace to make one word of the other (Levenshtein). */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? Infinity;
}
