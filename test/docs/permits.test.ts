/**
 * docs/permits.md is true: the life of a permit, from request to end.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { REFUSALS } from '../../src/program/refusal.ts';
import { withoutPeer } from '../peers.ts';
import { PAGE, permitsPage } from './permits-page.ts';

const text = readFileSync(PAGE, 'utf8');

test('what the page shows is what its commands print', {
  skip: withoutPeer('openssh') || withoutPeer('openssl'),
}, async () => {
  assert.equal(
    await permitsPage(text),
    text,
    'look at the difference; node test/docs/permits-page.ts writes the page again',
  );
});

test('the page lists the reasons', () => {
  const rows = Object.entries(REFUSALS).map(([name, meaning]) => `| \`${name}\` | ${meaning} |`);
  assert.ok(text.includes(rows.join('\n')), rows.join('\n'));
});
