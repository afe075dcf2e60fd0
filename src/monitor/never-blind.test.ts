import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anomalyNames } from '../operation/anomaly.ts';
import type { Operation } from '../operation/operation.ts';
import { PHASES } from '../operation/operation.ts';
import { bytes, Dialogue, memorySource, pcap, u16 } from '../packet/capture-bytes.fixture.ts';
import { readRequest, registersResponse } from '../protocol/modbus/encode.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import * as s7 from '../protocol/s7comm/encode.ts';
import { Inspection } from './inspection.ts';

/** Operations of one connection in which both sides speak in turns: phase, object, anomalies. */
async function operations(port: number, messages: readonly Uint8Array[]): Promise<string[]> {
  const said: string[] = [];
  const operation = (op: Operation) => {
    const { objects } = PROTOCOLS[op.protocol]!;
    said.push(
      [PHASES[op.phase], objects.format(op), ...anomalyNames(op.anomalies)]
        .filter(one => one !== '')
        .join(' '),
    );
  };
  const inspection = new Inspection({ protocols: PROTOCOLS, tap: () => ({ operations: { operation } }) });
  const dialogue = new Dialogue(port);
  const frames = messages.map((payload, i) => ({ frame: dialogue.frame(i & 1, payload) }));
  await inspection.read(memorySource('made', pcap(frames)));
  inspection.finish();
  return said;
}

const to = (transaction: number) => ({ transaction, unit: 1 });
const ask = (i: number) => readRequest(to(i), 3, 40, 2);
const tell = (i: number) => registersResponse(to(i), 3, [1, 2]);

test('a malformed message on any port costs itself alone, and is told', async () => {
  // A write of two registers that says it carries four bytes and carries two.
  const broken = bytes(u16(2), u16(0), u16(9), [1, 16], u16(1), u16(2), [4], u16(9));
  const refusal = bytes(u16(2), u16(0), u16(3), [1, 0x90, 3]);
  assert.deepEqual(await operations(8502, [ask(1), tell(1), broken, refusal, ask(3), tell(3)]), [
    'request holding 40-41',
    'response holding 40-41',
    'request truncated',
    'response',
    'request holding 40-41',
    'response holding 40-41',
  ]);
});

test('bytes that are no message are skipped, and the next message says so', async () => {
  const rubbish = bytes([0xde, 0xad, 0xbe, 0xef, 0xff]);
  assert.deepEqual(await operations(8502, [ask(1), tell(1), bytes(rubbish, ask(2)), tell(2)]), [
    'request holding 40-41',
    'response holding 40-41',
    'request holding 40-41 resync',
    'response holding 40-41',
  ]);
});

test('every item of a message is told, and the answer has the objects that were asked for', async () => {
  const items = [1, 2, 3].map(db => ({ area: 0x84, db, address: 0, size: 2, count: 1 }) as never);
  const values = [1, 2, 3].map(value => ({ size: 4, bytes: [value] }) as never);
  const said = await operations(1102, [
    s7.setupRequest(1),
    s7.setupResponse(1),
    s7.readRequest(2, items),
    s7.readResponse(2, values),
  ]);
  assert.deepEqual(
    said.slice(2).map(one => one.split(' ')[0]),
    ['request', 'request', 'request', 'response', 'response', 'response'],
  );
  assert.deepEqual(
    said.slice(5),
    said.slice(2, 5).map(one => one.replace('request', 'response')),
  );
});
