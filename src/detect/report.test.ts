import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spanText } from './report.ts';

test('a span is told in its two largest units', () => {
  const cases: [number, string][] = [
    [0, '0 s'],
    [0.4, '0 s'],
    [59.6, '1 min'],
    [125, '2 min 5 s'],
    [7200, '2 h'],
    [7230, '2 h'],
    [93_600, '1 d 2 h'],
    [595_325_631, '6 890 d 8 h'],
  ];
  for (const [seconds, text] of cases) assert.equal(spanText(seconds), text);
});
