/**
 * What the report of the experiments on readings claims.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atMost, report } from './report.ts';
import { svg } from './svg.ts';

test('the upper bound of a count is that of the Poisson distribution', () => {
  // Half of the χ² quantile at 95 % with 2 (n + 1) degrees of freedom: 5.991, 9.488, 12.592, 18.307.
  for (const [count, bound] of [
    [0, 2.996],
    [1, 4.744],
    [2, 6.296],
    [4, 9.154],
  ] as const) {
    assert.ok(Math.abs(atMost(count) - bound) < 1e-3, `${count}: ${atMost(count)}`);
  }
});

test('rates are alarms over the months of the tags for which a detector speaks', () => {
  const clean = (hours: number, alarms: number) => ({
    hours,
    speaking: { 'process.replay': 12 },
    alarms: { 'process.replay': alarms },
    examples: [],
  });
  const text = report({
    date: '2027-01-05',
    learn: 12,
    watch: 60,
    jobs: [
      { plant: 'compressor', seed: 5, clean: clean(60, 1) },
      { plant: 'hall', seed: 6, clean: clean(60, 0) },
    ],
  });
  assert.match(text, /\| `process\.replay` \| 1\.0 \| 1 \| 1\.0 \| 0 \| 0\.50 \| 2\.37 \|/);
});

test('of a controller that is replayed, or obeys no longer, what was found in time counts', () => {
  const text = report({
    date: '2027-01-05',
    learn: 12,
    watch: 36,
    jobs: [
      {
        plant: 'compressor',
        seed: 7,
        windows: {
          replays: [{ variant: 'exact', replay: [20, 60, 61, -1], disagreement: [3, 3, 3, -1] }],
          apart: [{ size: 2, delays: [5, -1] }],
          deaf: [5, 5, 301, -1],
        },
      },
    ],
  });
  assert.match(text, /of whole controllers: Gas compressor station 7;/);
  assert.match(text, /that were found: 2 of 4 of all readings of a controller/);
  assert.match(text, /\| exact \| 50\.0 % of 4 \| 0\.0 % of 0 \| 50\.0 % of 4 \| 60 s \| 75\.0 % of 4 \|/);
  assert.match(text, /\| Gas compressor station \| 4 \| 50 % \| 50 % \| 75 % \| 5 s \|/);
  assert.match(text, /\| 2 \| 50 % of 2 \| 0 % of 0 \| 5 s \|/);
});

test('a plot is one well-formed picture with all its lines', () => {
  const axis = { label: 'a < b', to: 10, step: 5 };
  const lines = ['one', 'two'].map(label => ({ label, points: [[0, 0] as const, [10, 5] as const] }));
  const picture = svg({ title: 'T & U', x: axis, y: axis, lines, goal: 9 });
  assert.match(picture, /^<svg .*<\/svg>\n$/s);
  assert.match(picture, /T &amp; U.*a &lt; b/s);
  assert.equal(picture.match(/<polyline class="c[01]" points/g)?.length, 2);
  assert.match(picture, /prefers-color-scheme: dark/);
});
