/**
 * docs/findings.md says what the code says, and its example prints what it shows.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { FINDING_KINDS } from '../../src/detect/finding-kinds.ts';
import { FINDINGS_PAGE, findingsPage } from '../../tool/findings-page.ts';
import { EXAMPLE, exampleCaptures, runExample } from './findings-example.ts';

const page = readFileSync(FINDINGS_PAGE, 'utf8');

test('the tables of the findings page are what the code generates', async () => {
  assert.ok(
    page === (await findingsPage()),
    'docs/findings.md has drifted from the code: npm run docs, then commit it',
  );
});

test('every kind is named once, has a technique, and says why and what to do', () => {
  assert.equal(new Set(FINDING_KINDS.map(({ name }) => name)).size, FINDING_KINDS.length);
  for (const { name, technique, because, advice } of FINDING_KINDS) {
    assert.match(name, /^detect\.[a-z-]+$/);
    assert.match(technique, /^T0\d{3}$/);
    assert.ok(because.length > 20 && !because.endsWith('.'), name);
    assert.ok(advice.length > 20 && advice.endsWith('.'), name);
    assert.ok(page.includes(`| \`${name}\` |`), name);
  }
});

test('the captures of the example are those that the code makes', () => {
  for (const [name, bytes] of exampleCaptures()) {
    assert.ok(Buffer.from(bytes).equals(readFileSync(join(EXAMPLE, name))), name);
  }
});

test('the example prints what the page shows', () => {
  assert.equal(
    runExample(page),
    page,
    'the example of docs/findings.md has drifted: node test/docs/findings-example.ts, then commit it',
  );
});
