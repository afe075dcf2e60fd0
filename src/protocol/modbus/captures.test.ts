/**
 * Real captures, beside what tshark says of them: header, function, exception, addresses and values of every message
 * that it dissects, and the counts of its truth.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { capturePath, withoutCapture } from '../../../test/captures.ts';
import { withoutPeer } from '../../../test/peers.ts';
import { Anomaly, MALFORMED } from '../../operation/anomaly.ts';
import { Operation, Outcome } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { type Conversation, Frame, Recognition } from '../protocol.ts';
import { modbus } from './modbus.ts';
import { viewOf } from './testing.ts';

const CAPTURES = capturePath();
const skip = withoutCapture('modbus') || withoutPeer('tshark');

const FIELDS = [
  'tcp.stream',
  'tcp.srcport',
  'tcp.payload',
  'mbtcp.trans_id',
  'mbtcp.unit_id',
  'modbus.func_code',
  'modbus.exception_code',
  'modbus.reference_num',
  'modbus.word_cnt',
  'modbus.bit_cnt',
  'modbus.regnum16',
  'modbus.regval_uint16',
  'modbus.bitnum',
  'modbus.bitval',
] as const;
type Row = Record<(typeof FIELDS)[number], string>;

function tshark(file: string, filter: string): Row[] {
  const { stdout } = spawnSync(
    'tshark',
    [
      '-n',
      '-r',
      file,
      '-Y',
      filter,
      '-T',
      'fields',
      '-E',
      'separator=;',
      ...FIELDS.flatMap(name => ['-e', name]),
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  return stdout
    .split('\n')
    .filter(line => line !== '')
    .map(line => {
      const values = line.split(';');
      return Object.fromEntries(FIELDS.map((name, i) => [name, values[i] ?? ''])) as Row;
    });
}

const numbers = (list: string): number[] => (list === '' ? [] : list.split(',').map(Number));

/** Operations of a message, with what this test compares of them. */
interface Told {
  code: number;
  transaction: number;
  unit: number;
  error: number;
  anomalies: number;
  outcome: Outcome;
  address: number;
  extent: number;
  values: unknown[];
}

function tell(conversation: Conversation, side: Side, view: DataView, at: number, end: number): Told[] {
  const told: Told[] = [];
  conversation.decode(side, view, at, end, new Operation(), {
    operation: op => {
      const { code, reference: transaction, station: unit, error, anomalies, outcome, address, extent } = op;
      told.push({ code, transaction, unit, error, anomalies, outcome, address, extent, values: op.values() });
    },
  });
  conversation.follow(side, view, at, end);
  return told;
}

const folders = skip === false ? ['modbus', 'umas'] : [];
const files = folders.flatMap(folder =>
  readdirSync(join(CAPTURES, folder)).map(name => ({ name, file: join(CAPTURES, folder, name) })),
);

test('captures and tshark', { skip }, () => assert.ok(files.length > 0));

for (const { name, file } of files) {
  test(`${name}: as tshark reads it`, () => {
    const conversations = new Map<string, Conversation>();
    const requests: Record<string, number> = {};
    const responses: Record<string, number> = {};
    const exceptions: Record<string, number> = {};
    const begun = new Map<string, string>();
    for (const row of tshark(file, 'tcp.port == 502 && tcp.len > 0 && !tcp.analysis.retransmission')) {
      const side = row['tcp.srcport'] === '502' ? Side.server : Side.client;
      const conversation =
        conversations.get(row['tcp.stream']) ?? modbus.open({ requests: 64, bytes: 65_536 });
      conversations.set(row['tcp.stream'], conversation);
      const way = `${row['tcp.stream']} ${side}`;
      const bytes = Uint8Array.from(Buffer.from((begun.get(way) ?? '') + row['tcp.payload'], 'hex'));
      begun.delete(way);
      const view = viewOf(bytes);
      const codes = numbers(row['modbus.func_code']);
      let at = 0;
      let index = 0;
      // What tshark does not dissect can be the beginning of what it does.
      if (codes.length === 0 && modbus.frame(side, view, 0, bytes.length) <= bytes.length) continue;
      while (at < bytes.length) {
        const length = modbus.frame(side, view, at, bytes.length);
        if (length === Frame.lost) break;
        if (length === Frame.more || at + length > bytes.length) {
          begun.set(way, Buffer.from(bytes.subarray(at)).toString('hex'));
          break;
        }
        const told = tell(conversation, side, view, at, at + length);
        const [first] = told;
        assert.ok(first !== undefined);
        assert.equal(first.transaction, numbers(row['mbtcp.trans_id'])[index]);
        assert.equal(first.unit, numbers(row['mbtcp.unit_id'])[index]);
        assert.equal(first.code, codes[index]);
        const failed = first.outcome === Outcome.failed && first.error < 0x100;
        if (failed && codes.length === 1) assert.equal(first.error, Number(row['modbus.exception_code']));
        if (codes.length === 1) compare(row, side, told);
        const table = side === Side.client ? requests : failed ? exceptions : responses;
        const key = failed ? `${first.code}/${first.error}` : `${first.code}`;
        table[key] = (table[key] ?? 0) + 1;
        at += length;
        index++;
      }
      assert.equal(index, codes.length, JSON.stringify(row));
    }
    const truth = JSON.parse(
      readFileSync(join(CAPTURES, 'truth', name.replace(/\.pcap(ng)?$/, '.json')), 'utf8'),
    );
    const { requests: q = {}, responses: r = {}, exceptions: e = {} } = truth.ics.modbus;
    assert.deepEqual({ requests, responses, exceptions }, { requests: q, responses: r, exceptions: e });
  });
}

/** Addresses, counts and values, where tshark gives them: functions 1 to 6, 15, 16 and 22. */
function compare(row: Row, side: Side, told: readonly Told[]): void {
  const [op] = told;
  if (op === undefined || op.outcome === Outcome.failed || op.anomalies & (MALFORMED | Anomaly.mismatch))
    return;
  const where = JSON.stringify(row);
  if (row['modbus.reference_num'] !== '') {
    assert.equal(op.address, Number(row['modbus.reference_num']), where);
    const count = row['modbus.word_cnt'] || row['modbus.bit_cnt'];
    if (count !== '') assert.equal(op.extent, Number(count), where);
  }
  if (op.code > 4 || side === Side.client || op.anomalies & Anomaly.unsolicited) return;
  const at = row['modbus.regnum16'] || row['modbus.bitnum'];
  // tshark 4.0 pairs by conversation and transaction, and numbers nothing where it found no request.
  if (at === '') return;
  const values = row['modbus.regval_uint16'] || row['modbus.bitval'];
  assert.equal(op.address, numbers(at)[0], where);
  assert.deepEqual(op.values.map(Number), numbers(values), where);
}

/** Captures of other things, and the filter for what in them is not Modbus/TCP. */
const others =
  skip === false
    ? readdirSync(join(CAPTURES, 'background')).map(name => ['background', name, 'tcp.len > 0'])
    : [];
if (skip === false) others.push(['modbus', 'modbus-and-other-on-502.pcap', 'tcp.len > 0 && !mbtcp']);

for (const [folder = '', name = '', filter = ''] of others) {
  test(`${name}: nothing else is taken for Modbus`, () => {
    for (const row of tshark(join(CAPTURES, folder, name), filter)) {
      const bytes = Uint8Array.from(Buffer.from(row['tcp.payload'], 'hex'));
      for (const side of [Side.client, Side.server]) {
        const answer = modbus.recognise(side, viewOf(bytes), 0, bytes.length);
        assert.notEqual(answer, Recognition.certain, row['tcp.payload'].slice(0, 80));
      }
    }
  });
}
