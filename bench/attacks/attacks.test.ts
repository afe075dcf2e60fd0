/**
 * The attacks that fill most, in their short versions; `npm run bench -- memory` runs all of them, and longer.
 */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ATTACKS } from './attacks.ts';
import { attacked, BOUND } from './run.ts';

/** Packets, by attack: enough to fill the table that it aims at. */
const PACKETS: Readonly<Record<string, number>> = {
  SYNs: 300_000,
  fragments: 100_000,
  'half messages': 60_000,
  'endless messages': 80_000,
  'unanswered requests': 200_000,
  'errors of all codes': 150_000,
};

describe('attacks on memory', () => {
  for (const attack of ATTACKS) {
    const packets = PACKETS[attack.name];
    if (packets === undefined) continue;
    it(`${attack.name}: ${packets} packets stay within bounds, and it is told what was given up`, async () => {
      const { peak, givenUp } = await attacked(attack, packets);
      assert.ok(peak < BOUND, `${peak} bytes`);
      assert.ok(givenUp > 0, 'something is told to have been given up');
    });
  }
});
