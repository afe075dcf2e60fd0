/**
 * The detectors on the recorded captures: all that must be found is, and nothing else; docs/findings.md gives the counts.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FINDINGS_PAGE, putBetween } from '../../tool/findings-page.ts';
import { capturePath, withoutCapture } from '../captures.ts';
import { readCaptures, tableOf } from './table.ts';

test('the recorded captures raise what they must, and nothing else', { skip: withoutCapture() }, async () => {
  const read = await readCaptures(capturePath());
  const { readings } = read;
  const wrong = readings.flatMap(({ capture, wrong: kinds }) => kinds.map(kind => `${capture}: ${kind}`));
  const missed = readings.flatMap(({ capture, missed: kinds }) => kinds.map(kind => `${capture}: ${kind}`));
  assert.deepEqual(wrong, [], 'raised, and should not be');
  assert.deepEqual(missed, [], 'not raised, and should be');
  const page = readFileSync(FINDINGS_PAGE, 'utf8');
  assert.equal(
    putBetween(page, 'detection table', tableOf(read)),
    page,
    'the table of docs/findings.md has drifted: node test/detect/table.ts --write, then commit it',
  );
});
