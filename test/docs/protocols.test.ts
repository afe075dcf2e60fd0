/**
 * docs/protocols.md says what the code says.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { VERBS } from '../../src/operation/verb.ts';
import { PROTOCOLS } from '../../src/protocol/registry.ts';
import { PAGE, protocolsPage } from '../../tool/docs.ts';

test('the committed page is what the code generates', () => {
  const committed = readFileSync(PAGE, 'utf8');
  assert.ok(
    committed === protocolsPage(),
    'docs/protocols.md has drifted from the code: npm run docs, then commit it',
  );
});

test('the page lists every function of every protocol, and every verb', () => {
  const page = protocolsPage();
  for (const { title, functions } of PROTOCOLS) {
    assert.ok(page.includes(`\n## ${title}\n`), title);
    for (const row of functions.slice(1))
      assert.ok(page.includes(`| ${row.name.replaceAll('|', '\\|')} |`), row.name);
  }
  for (const verb of VERBS) assert.ok(page.includes(`| \`${verb.name}\` |`), verb.name);
});
