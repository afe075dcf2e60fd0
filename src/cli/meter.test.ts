import assert from 'node:assert/strict';
import { it } from 'node:test';
import { meterLine } from './meter.ts';

it('tells how far a reading has come, its rate, and the time that is left', () => {
  const progress = { bytes: 410, size: 0, packets: 13_300_000 };
  assert.equal(meterLine(progress, 1000, 7), '[########            ]  41 %  1.9 M packets/s  10 s left');
  // A pipe has no end that is known; what is unpacked may be more than its file.
  assert.equal(meterLine(progress, 0, 7), '13300000 packets  1.9 M packets/s');
  assert.equal(meterLine(progress, 100, 7), '13300000 packets  1.9 M packets/s');
});
