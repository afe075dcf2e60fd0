/**
 * How much a piece of code allocates once it is compiled.
 *
 * @module
 */

import { getHeapStatistics } from 'node:v8';

const BATCHES = 5;

/**
 * Bytes allocated by one call of `once`, the least of several batches of `calls` calls. V8 counts what was ever
 * allocated, so that a collection hides nothing, but in pieces of some 100 KB: make it 100,000 calls or more. What a
 * batch allocates because its code is still being compiled, which a busy machine delays, the next ones do not.
 */
export function bytesPerCall(once: () => void, calls: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < BATCHES; batch++) {
    const before = getHeapStatistics().total_allocated_bytes;
    for (let i = 0; i < calls; i++) once();
    least = Math.min(least, (getHeapStatistics().total_allocated_bytes - before) / calls);
  }
  return least;
}
