/** Reading any text ends, with a policy or with problems that have a place; it never throws. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePolicy } from './parse.ts';

const EXAMPLE = readFileSync(new URL('../../policies/pumping-station.yaml', import.meta.url), 'utf8');

function check(text: string): void {
  const { policy, problems } = parsePolicy(text, 'plant.yaml');
  assert.equal(policy === undefined, problems.length > 0);
  const lines = text.split(/\r\n|\r|\n/).length;
  for (const { line, column, message } of problems) {
    assert.ok(line >= 1 && line <= lines + 1 && column >= 1, `${line}:${column}`);
    assert.ok(message.length > 10 && !/undefined|NaN|\[object/.test(message), message);
    assert.doesNotMatch(message, /\n/);
  }
}

test('any text', () => {
  fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), check), { numRuns: 200 });
});

test('mutated policies', () => {
  const words = EXAMPLE.split(/(\s+|[:,[\]{}])/);
  const pieces = fc.constantFrom(
    ...words,
    '0',
    '-1',
    '1e309',
    '0x',
    '&a',
    '*a',
    '!!binary',
    '~',
    '"',
    '\t',
    'anything',
  );
  const edit = fc.record({
    at: fc.nat(words.length - 1),
    remove: fc.nat(3),
    insert: fc.array(pieces, { maxLength: 3 }),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), edits => {
      const mutated = [...words];
      for (const { at, remove, insert } of edits) mutated.splice(at, remove, ...insert);
      check(mutated.join(''));
    }),
    { numRuns: 500 },
  );
});

test('every beginning of a policy', () => {
  for (let length = 0; length < EXAMPLE.length; length += 7) check(EXAMPLE.slice(0, length));
});
