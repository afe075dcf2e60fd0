import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capturePath, withoutCapture } from '../captures.ts';
import { compareAll } from './compare.ts';
import { DIFFERENCES } from './differences.ts';

describe('truth', { skip: withoutCapture('truth') }, () => {
  it('every count equals that of tshark, or differs for a reason', async () => {
    const {
      captures: compared,
      differences,
      problems,
      packets,
    } = await compareAll(capturePath(), capturePath('truth'));
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
