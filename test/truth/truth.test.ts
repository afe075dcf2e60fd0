import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { compareAll } from './compare.ts';
import { DIFFERENCES } from './differences.ts';

const captures =
  process.env.COFFERDAM_CAPTURES ?? fileURLToPath(new URL('../../../shared/captures', import.meta.url));
const truths = join(captures, 'truth');
const skip = existsSync(truths) ? false : `no captures with their truth at ${captures} (COFFERDAM_CAPTURES)`;

describe('truth', { skip }, () => {
  it('every count equals that of tshark, or differs for a reason', async () => {
    const { captures: compared, differences, problems, packets } = await compareAll(captures, truths);
    const unexplained = differences.filter(({ reason }) => reason === undefined);
    assert.deepEqual(unexplained, []);
    assert.deepEqual(problems, []);
    assert.ok(packets > 0);
    const listed = DIFFERENCES.filter(({ capture }) => compared.includes(capture)).flatMap(
      ({ counts }) => counts,
    );
    assert.equal(differences.length, listed.length, 'a difference that is listed is none any more');
  });
});
