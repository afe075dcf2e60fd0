import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Tally } from './tally.ts';

describe('tally', () => {
  it('counts as a map would', () => {
    const small = fc.integer({ min: -1, max: 40 });
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), small, small, fc.integer()), { maxLength: 2000 }), things => {
        const tally = new Tally();
        const model = new Map<string, number>();
        for (const [protocol, code, sub, value] of things) {
          tally.count(protocol, code, sub, value);
          const key = `${protocol}/${code}/${sub}/${value}`;
          model.set(key, (model.get(key) ?? 0) + 1);
        }
        const rows = tally.rows().map(r => [`${r.protocol}/${r.code}/${r.sub}/${r.value}`, r.count] as const);
        assert.deepEqual(new Map(rows), model);
        assert.equal(rows.length, model.size);
      }),
      { numRuns: 100 },
    );
  });

  it('is bounded, and counts the rest without names', () => {
    const tally = new Tally();
    for (let i = 0; i < 100_000; i++) tally.count(0, i, 0, 0);
    const named = tally.rows().reduce((sum, { count }) => sum + count, 0);
    assert.equal(named + tally.others, 100_000);
    assert.ok(tally.others > 0);
  });
});
