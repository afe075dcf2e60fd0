import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anomalyNames } from '../../operation/anomaly.ts';
import { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { s7comm } from './s7comm.ts';
import { RECORDED, type Recorded, recorded } from './testing.ts';

const NAMES = Object.keys(RECORDED) as Recorded[];

test('no recorded message is called malformed', () => {
  for (const name of NAMES) {
    const op = new Operation();
    const bytes = recorded(name);
    const side =
      /Ack|Push|No$|Confirm|downloadBlock$|downloadEnded$|^szl$|^clock$/.test(name) &&
      !/^download\w+Ack$/.test(name)
        ? Side.server
        : Side.client;
    s7comm.open({ requests: 4, bytes: 1024 }).decode(side, new DataView(bytes.buffer), 0, bytes.length, op, {
      operation: ({ anomalies }) =>
        assert.deepEqual(
          anomalyNames(anomalies).filter(bit => bit !== 'unsolicited'),
          [],
          name,
        ),
    });
  }
});
