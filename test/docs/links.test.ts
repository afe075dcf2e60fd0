/**
 * What the documents refer to is there, and the index of docs/ is whole.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = ['*.md', 'docs/*.md', 'bench/*.md', 'test/**/*.md'].flatMap(pattern =>
  globSync(pattern, { cwd: ROOT }),
);

/** Targets of the links of a document that are files: without those to the web and within the page. */
function targets(document: string): string[] {
  const text = readFileSync(join(ROOT, document), 'utf8').replace(/```[\s\S]*?```/g, '');
  const links = Array.from(text.matchAll(/\]\(([^)\s]+)\)/g), ([, target]) => target!);
  return links.filter(target => !/^(https?:|mailto:|#)/.test(target)).map(target => target.split('#', 1)[0]!);
}

test('every link between documents leads to a file', () => {
  assert.ok(DOCUMENTS.length > 3);
  const broken = DOCUMENTS.flatMap(document =>
    targets(document)
      .filter(target => !existsSync(join(ROOT, dirname(document), target)))
      .map(target => `${document}: ${target}`),
  );
  assert.deepEqual(broken, []);
});

test('the index of docs/ names every document there', () => {
  const named = targets('docs/README.md');
  const present = DOCUMENTS.filter(document => dirname(document) === 'docs').map(d => relative('docs', d));
  for (const document of present) if (document !== 'README.md') assert.ok(named.includes(document), document);
});
