/** docs/rotor-hall.md says what the code says, and what comes of it. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { DEFENCES } from '../../src/drill/rotor-hall/defence.ts';
import { playHallExercise } from '../../src/drill/rotor-hall/hall-exercise.ts';
import { EXERCISE, hallPage, outcomeRow, PAGE } from './hall-page.ts';

const committed = readFileSync(PAGE, 'utf8');
const REMEDY = 'docs/rotor-hall.md has drifted from the code: node test/start/hall-page.ts, then commit it';

test('the tables of the committed page are what the code generates', () => {
  assert.ok(committed === hallPage(committed), REMEDY);
});

for (const defences of [[], DEFENCES]) {
  test(`the row for ${defences.join(', ') || 'no defence'} is what the exercise comes to`, async () => {
    const outcome = await playHallExercise({ ...EXERCISE, defences: new Set(defences), intrusion: true });
    assert.ok(committed.includes(outcomeRow(outcome)), `${REMEDY}\n${outcomeRow(outcome)}`);
  });
}
