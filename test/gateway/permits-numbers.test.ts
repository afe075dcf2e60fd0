/**
 * UMAS functions that can change a program and are no download by their verb, under `download: permit`.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Side } from '../../src/operation/side.ts';
import { parsePolicy } from '../../src/policy/parse.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { policyText, stand } from './stand.ts';

for (const [sub, name] of [
  [0x38, 'SIGNED_RESERVED'],
  [0x29, 'WRITE_PHYSICAL_ADDRESS'],
  [0x21, 'WRITE_MEMORY_BLOCK'],
  [0x36, 'BACKUP'],
  [0x50, 'MONITOR_PLC'],
] as const) {
  test(`${name}, allowed by its number, under download: permit: needs a permit, or the policy is told of`, () => {
    const text = policyText().replace(
      '      - write: holding 40-49\n',
      `      - write: holding 40-49\n      - function: 0x5a/0x${sub.toString(16)}\n    download: permit\n`,
    );
    const { policy, problems } = parsePolicy(text, 'p.yaml');
    assert.deepEqual(problems, []);
    if (policy!.warnings.some(({ message }) => message.includes('download') || message.includes('permit')))
      return;
    const it = stand({ policy: policy! });
    it.say(Side.client, modbus.umas({ transaction: 1, unit: 1 }, 0, sub, [0, 0x30, 0, 1]));
    assert.equal(it.recorder.take(Side.server).length, 0, 'passes without a permit, and no warning says so');
  });
}
