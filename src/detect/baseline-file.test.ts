import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BaselineError, formatBaseline, readBaseline } from './baseline-file.ts';
import { Known, MAX_NAMES } from './known.ts';

function example(): Known {
  const known = new Known(1000);
  known.observed = 86_400.4;
  known.engineers.add('10.1.0.21');
  const pair = known.learnPair('10.1.0.11', '10.2.0.7', 'modbus')!;
  pair.writes = true;
  known.add(pair, pair.functions, 'Write Single Register');
  known.add(pair, pair.functions, 'Read Holding Registers');
  known.add(pair, pair.objects, '1 read holding 0-9');
  known.learnPair('10.1.0.11', '10.2.0.10', 's7comm');
  return known;
}

describe('a baseline', () => {
  it('comes back from its text as it was', () => {
    const text = formatBaseline(example());
    const known = readBaseline(text, 'usual.json');
    assert.equal(formatBaseline(known), text);
    assert.ok(!known.learning);
    assert.ok(known.writes('10.1.0.11', '10.2.0.7', 'modbus'));
    assert.ok(!known.writes('10.1.0.11', '10.2.0.10', 's7comm'));
  });

  it('is refused with the reason where it is something else', () => {
    const whole = formatBaseline(example());
    const wrong: [string, RegExp][] = [
      ['', /this is no JSON/],
      ['[]', /this is no baseline/],
      ['{}', /"cofferdam-baseline" is not 1/],
      [whole.replace('"observed": 86400', '"observed": -1'), /"observed" is no number/],
      [whole.replace('"writes": true', '"writes": 1'), /"pairs" \d: "writes" is neither/],
      [whole.replace('"client": "10.1.0.11"', '"client": "a b"'), /"pairs" 1: "client" is no name/],
    ];
    for (const [text, reason] of wrong) {
      assert.throws(
        () => readBaseline(text, 'b.json'),
        (error: unknown) => error instanceof BaselineError && reason.test(error.message),
      );
    }
  });

  it('is bounded: a pair of which too much is seen is taken to do anything', () => {
    const known = new Known(1000);
    const pair = known.learnPair('a', 'b', 'modbus')!;
    for (let i = 0; i < MAX_NAMES + 100; i++) known.add(pair, pair.objects, `holding ${i}`);
    assert.equal(pair.objects.size, MAX_NAMES);
    assert.ok(pair.overfull);
    assert.equal(known.add(pair, pair.objects, 'holding 9999999'), false);
  });
});
