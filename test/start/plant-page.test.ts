/** docs/plant.md says what the code says. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { PAGE, plantPage } from './plant-page.ts';

test('the tables of the committed page are what the code generates', () => {
  const committed = readFileSync(PAGE, 'utf8');
  assert.ok(
    committed === plantPage(committed),
    'docs/plant.md has drifted from the code: node test/start/plant-page.ts, then commit it',
  );
});
