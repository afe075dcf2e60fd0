/**
 * The keyed hash of the flow table, and of the division of hosts among workers. The key is chosen when a monitor
 * starts, since whoever sends packets chooses what is hashed.
 *
 * @module
 */

/** One round: mixes the 32 bits of `word` into `hash`. */
export function mix(hash: number, word: number): number {
  const h = Math.imul(hash ^ word, 0x9e3779b1);
  return h ^ (h >>> 15);
}

/** Last round, so that every bit of the input reaches every bit of the result. */
export function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
