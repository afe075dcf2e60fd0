/**
 * Field by field beside tshark: recorded captures, as many as a test has time for (`npm run fields -- CAPTURES` compares all),
 * and conversations of this project's own with what these do not have.
 */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { readCases } from '../../fuzz/corpus.ts';
import { capturePath, withoutCapture } from '../captures.ts';
import { withoutPeer } from '../peers.ts';
import { FieldComparison } from './compare.ts';
import { type Cutting, conversationCapture } from './conversation-capture.ts';

const withoutTshark = withoutPeer('tshark');

const RECORDED = [
  'modbus/modbus-profile.pcap',
  'modbus/modbus-quickdraw-part2.pcap',
  'umas/umas-modicon-program.pcap',
  's7comm/s7comm-snap7-everything.pcap',
  's7comm/s7comm-variable-table.pcap',
  's7comm/s7comm-cyclic-1s.pcap',
];

function assertExplained({ differences, problems }: FieldComparison): void {
  const unexplained = differences.filter(({ reason }) => reason === undefined);
  assert.deepEqual(
    unexplained.map(({ capture, frame, field, ours, theirs }) => ({ capture, frame, field, ours, theirs })),
    [],
  );
  assert.deepEqual(problems, []);
}

describe('fields of recorded messages', { skip: withoutCapture('truth') || withoutTshark }, () => {
  for (const name of RECORDED) {
    it(`${name} says what tshark says, or differs for a reason`, { skip: withoutCapture(name) }, async () => {
      const comparison = new FieldComparison();
      await comparison.add(capturePath(name));
      assertExplained(comparison);
      assert.ok(comparison.messages > 0);
    });
  }
});

describe('fields of messages that are in no recorded capture', { skip: withoutTshark }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-fields-'));
  after(() => rmSync(folder, { recursive: true }));
  const cuttings: readonly Cutting[] = ['messages', 'together', 'pieces'];
  for (const [kinds, port] of [
    [['modbus'], 502],
    [['s7comm', 'cotp'], 102],
  ] as const) {
    for (const cutting of cuttings) {
      it(`${kinds.join(' and ')}: ${cutting}`, async () => {
        const path = join(folder, `${kinds[0]}-${cutting}.pcap`);
        const conversations = kinds.flatMap(kind => [...readCases('corpus', kind).values()]);
        writeFileSync(path, conversationCapture(conversations, port, cutting));
        const comparison = new FieldComparison();
        await comparison.add(path);
        assertExplained(comparison);
        assert.ok(comparison.messages > 40, `${comparison.messages} messages`);
      });
    }
  }
});
