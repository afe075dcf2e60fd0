import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanText } from './span.ts';

test('a span is told in its two largest units', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [0.4, '0 s'],
    [59.6, '1 min'],
    [30.15, '30 s'],
    [125, '2 min 5 s'],
    [7200, '2 h'],
    [7230, '2 h 1 min'],
    [14_399, '4 h'],
    [86_399, '1 d'],
    [93_600, '1 d 2 h'],
    [595_325_631, '6890 d 8 h'],
  ];
  for (const [seconds, text] of cases) assert.equal(spanText(seconds), text);
});
