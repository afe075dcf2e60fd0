/** docs/rotor-hall.md says what the code says. What comes of the exercises is compared where they are tested. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { hallPage, PAGE } from './hall-page.ts';

test('the tables of the committed page are what the code generates', () => {
  const committed = readFileSync(PAGE, 'utf8');
  assert.ok(
    committed === hallPage(committed),
    'docs/rotor-hall.md has drifted from the code: node test/start/hall-page.ts, then commit it',
  );
});
