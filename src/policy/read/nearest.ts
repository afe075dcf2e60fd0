/**
 * The known word that a mistyped one is nearest to.
 *
 * @module
 */

/** More words than this are not looked through: a mistake in a large policy is told without a suggestion. */
const MAX_KNOWN = 500;

/** The word of `known` within a third of `word`'s length in edits, or undefined. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length > MAX_KNOWN) return undefined;
  const wanted = word.toLowerCase().slice(0, 64);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits < least) {
      least = edits;
      best = candidate;
    }
  }
  return best;
}

/** `; did you mean 'x'?`, else `; there are: a, b` (at most twelve), else `otherwise`. */
export function suggestion(word: string, known: readonly string[], otherwise = ''): string {
  const near = nearest(word, known);
  if (near !== undefined) return `; did you mean '${near}'?`;
  if (known.length === 0) return otherwise;
  const more = known.length > 12 ? ', …' : '';
  return `; there are: ${known.slice(0, 12).join(', ')}${more}`;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let edits = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, before[j - 2]! + 1);
      }
      row.push(edits);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
