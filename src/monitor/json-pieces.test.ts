import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { jsonPieces } from './json-pieces.ts';

describe('JSON in pieces', () => {
  it('is what JSON.stringify says', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1, noNullPrototype: true });
    fc.assert(
      fc.property(object, it => {
        assert.equal([...jsonPieces(it)].join(''), `${JSON.stringify(it, undefined, 2)}\n`);
      }),
    );
  });

  it('takes what comes one by one', () => {
    const numbers = function* () {
      for (let i = 0; i < 40_000; i++) yield i;
    };
    const pieces = [...jsonPieces({ numbers: numbers(), none: [][Symbol.iterator]() })];
    assert.ok(pieces.length > 3);
    assert.deepEqual(JSON.parse(pieces.join('')), { numbers: [...numbers()], none: [] });
  });
});
