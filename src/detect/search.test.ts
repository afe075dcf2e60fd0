import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Search } from './search.ts';

const TEN = { count: 10, within: 60 };
const evidence = { time: 0, what: '' };

/** Tries `count` things from `from` on, `rounds` times. */
function tryOut(search: Search, from: number, count: number, rounds = 1): void {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < count; i++) search.tried(from + i, 0, () => evidence);
  }
}

describe('a search', () => {
  it('is many different things once', () => {
    const search = new Search();
    tryOut(search, 0, 9);
    assert.ok(!search.isOne(TEN));
    tryOut(search, 9, 1);
    assert.ok(search.isOne(TEN));
    assert.equal(search.evidence.length, 5);
  });

  it('is not the same over and over, in one time or from one to the next', () => {
    const search = new Search();
    tryOut(search, 0, 30, 3);
    assert.ok(!search.isOne(TEN));
    for (let time = 1; time < 5; time++) {
      search.begin(time);
      search.begin(time);
      tryOut(search, 0, 30);
      assert.ok(!search.isOne(TEN));
    }
    search.begin(5);
    tryOut(search, 100, 30);
    assert.ok(search.isOne(TEN));
  });

  it('is not what was found', () => {
    const search = new Search();
    tryOut(search, 0, 12);
    for (let i = 0; i < 4; i++) search.found(i);
    assert.equal(search.different, 8);
    assert.ok(!search.isOne(TEN));
  });

  it('counts more than it can tell apart', () => {
    const search = new Search();
    tryOut(search, 0, 100_000);
    assert.equal(search.different, 100_000);
    assert.ok(search.isOne(TEN));
  });
});
