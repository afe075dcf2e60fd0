/**
 * Two readers of one tag, of whom one seldom reads.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agreement } from './agreement.ts';

test('an old reading is compared once, however often the other reader reads', () => {
  const agreement = new Agreement();
  let disagree = 0;
  for (let time = 0; time < 30; time++) {
    if (agreement.fresh(time, 0) && agreement.next(9, 1)) disagree++;
  }
  assert.equal(disagree, 0);
});

test('five new readings of both that are too far apart are a disagreement, also where one seldom reads', () => {
  for (const every of [1, 30]) {
    const agreement = new Agreement();
    const found: number[] = [];
    for (let time = 0; time < 8 * every; time++) {
      const other = time - (time % every);
      if (agreement.fresh(time, other) && agreement.next(9, 1)) found.push(time / every);
    }
    assert.deepEqual(found, [4, 5, 6, 7]);
  }
});
