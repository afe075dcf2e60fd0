/**
 * Field by field against another decoder, over recorded traffic: tshark, where it and the captures are.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { capturePath, withoutCapture } from '../../../test/captures.ts';
import { withoutPeer } from '../../../test/peers.ts';
import { Anomaly } from '../../operation/anomaly.ts';
import { Operation } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import type { Conversation } from '../protocol.ts';
import { isNumbered, Space } from './areas.ts';
import { FUNCTIONS } from './functions.ts';
import { Rosctr } from './pdu.ts';
import { s7comm } from './s7comm.ts';
import { viewOf } from './testing.ts';

const FOLDER = capturePath('s7comm');
const skip = withoutCapture('s7comm') || withoutPeer('tshark');

const FIELDS = [
  'tcp.stream',
  'tcp.srcport',
  'tcp.payload',
  's7comm.header.rosctr',
  's7comm.header.pduref',
  's7comm.param.func',
  's7comm.param.userdata.type',
  's7comm.param.userdata.funcgroup',
  's7comm.param.userdata.subfunc',
  's7comm.header.errcls',
  's7comm.header.errcod',
  's7comm.param.errcod',
  's7comm.param.pistart.servicename',
  's7comm.data.blockcontrol.block_number',
  's7comm.param.item.area',
  's7comm.param.item.db',
  's7comm.param.item.address',
  's7comm.param.item.address.number',
  's7comm.data.returncode',
] as const;
type Row = Record<(typeof FIELDS)[number], string>;

/**
 * What is known to differ, and why we are right: one message of a simulator (in `s7comm-profile`) has 78 bytes
 * more than its lengths account for; tshark does not look at what is left over.
 */
const TRAILING = '0300006f02f080320700000700000c0004';

for (const file of skip ? [] : readdirSync(FOLDER)) {
  test(`${file} says what tshark says`, () => {
    const conversations = new Map<string, Conversation>();
    const op = new Operation();
    let messages = 0;
    for (const row of rows(join(FOLDER, file))) {
      const bytes = Uint8Array.from(Buffer.from(row['tcp.payload'], 'hex'));
      const view = viewOf(bytes);
      const side = row['tcp.srcport'] === '102' ? Side.server : Side.client;
      const stream = row['tcp.stream'];
      const conversation = conversations.get(stream) ?? s7comm.open({ requests: 64, bytes: 16_384 });
      conversations.set(stream, conversation);
      // Messages lie one by one in the segments of these captures, but for several at a time in a few.
      let at = 0;
      let seen: Operation[] = [];
      while (at < bytes.length) {
        const length = s7comm.frame(side, view, at, bytes.length);
        assert.ok(length > 0 && at + length <= bytes.length, `${row['tcp.payload']} is framed`);
        const operations: Operation[] = [];
        conversation.decode(side, view, at, at + length, op, {
          operation: o => operations.push(Object.assign(new Operation(), o)),
        });
        conversation.follow(side, view, at, at + length);
        at += length;
        if (operations[0]!.kind !== 0) seen = operations;
      }
      if (row['s7comm.header.rosctr'] === '' || row['s7comm.header.rosctr'].includes(',')) continue;
      messages++;
      compare(seen, row);
    }
    assert.ok(messages > 0);
  });
}

test('recorded traffic is there to compare with', { skip }, () => {
  assert.ok(readdirSync(FOLDER).length > 0);
});

function* rows(file: string): Generator<Row> {
  const args = ['-n', '-r', file, '-Y', 'cotp && !tcp.analysis.retransmission', '-T', 'fields'];
  const text = execFileSync('tshark', [...args, ...FIELDS.flatMap(field => ['-e', field])], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const values = line.split('\t');
    yield Object.fromEntries(FIELDS.map((field, i) => [field, values[i] ?? ''])) as Row;
  }
}

function compare(seen: Operation[], row: Row): void {
  const [first] = seen;
  assert.ok(first !== undefined);
  const where = row['tcp.payload'].slice(0, 200);
  const strange = (first.anomalies & ~Anomaly.unsolicited) !== 0;
  assert.equal(strange, where.startsWith(TRAILING), `anomalies of ${where}`);
  assert.equal(first.kind, Number(row['s7comm.header.rosctr']), where);
  assert.equal(first.reference, Number(row['s7comm.header.pduref']), where);
  if (first.kind === Rosctr.userdata) {
    const type = [4, 8, 0][first.phase];
    assert.equal(type, Number(row['s7comm.param.userdata.type']), where);
    assert.equal(first.code, Number(row['s7comm.param.userdata.funcgroup']), where);
    const subfunction = row['s7comm.param.userdata.subfunc'];
    if (subfunction !== '') assert.equal(first.subcode, Number(subfunction), where);
    assert.equal(first.error, Number(row['s7comm.param.errcod'] || 0), where);
  } else {
    const code = row['s7comm.param.func'];
    if (code !== '') assert.equal(first.code, Number(code), where);
    const error = Number(row['s7comm.header.errcls'] || 0) * 256 + Number(row['s7comm.header.errcod'] || 0);
    if (error !== 0) assert.equal(first.error, error, where);
  }
  const service = row['s7comm.param.pistart.servicename'];
  if (service !== '') assert.equal(first.name(), service, where);
  if (service !== '' && first.code === 0x28) assert.equal(FUNCTIONS[first.fn]!.name, service, where);
  const block = row['s7comm.data.blockcontrol.block_number'];
  if (block !== '') assert.equal(first.area, Number(block), where);
  if (first.kind === Rosctr.job && row['s7comm.param.item.area'] !== '') compareObjects(seen, row, where);
  if (first.kind === Rosctr.ackData && (first.code === 4 || first.code === 5))
    compareOutcomes(seen, row, where);
}

function compareObjects(seen: Operation[], row: Row, where: string): void {
  const areas = row['s7comm.param.item.area'].split(',');
  const blocks = row['s7comm.param.item.db'].split(',');
  const addresses = row['s7comm.param.item.address'].split(',');
  assert.equal(seen.length, areas.length, where);
  for (const [i, op] of seen.entries()) {
    assert.equal(op.area, op.space === Space.DB ? Number(blocks[i]) : 0, where);
    const numbered = isNumbered(op.space as Space);
    if (!numbered && addresses.length === seen.length) assert.equal(op.address, Number(addresses[i]), where);
  }
}

function compareOutcomes(seen: Operation[], row: Row, where: string): void {
  const codes = row['s7comm.data.returncode'];
  if (codes === '' || seen.some(op => op.anomalies !== 0)) return;
  const list = codes.split(',').map(Number);
  if (list.length !== seen.length) return;
  for (const [i, op] of seen.entries()) assert.equal(op.error, list[i] === 0xff ? 0 : list[i], where);
}
