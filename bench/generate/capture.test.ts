import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { withoutPeer } from '../../test/peers.ts';
import { type CaptureParameters, capture } from './capture.ts';

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-capture-'));
after(() => rmSync(folder, { recursive: true }));

const PLAIN: CaptureParameters = {
  packets: 6000,
  seed: 1,
  disturbed: false,
  short: false,
  protocols: ['modbus', 's7comm'],
};

test('the same seed gives the same bytes, another seed others, and a file is used again', () => {
  const other = mkdtempSync(join(folder, 'other-'));
  const first = capture(folder, PLAIN);
  const again = capture(other, PLAIN);
  const seeded = capture(folder, { ...PLAIN, seed: 2 });
  assert.ok(readFileSync(first.path).equals(readFileSync(again.path)));
  assert.ok(!readFileSync(first.path).equals(readFileSync(seeded.path)));
  assert.deepEqual(
    capture(folder, PLAIN, () => assert.fail('made twice')),
    first,
  );
});

test('a capture is about as long as was asked for, and its record tells its true size', () => {
  const { path, packets, bytes } = capture(folder, { ...PLAIN, packets: 60_000 });
  assert.ok(Math.abs(packets - 60_000) < 6000, `${packets} packets`);
  assert.equal(24 + packets * 16 + bytes, readFileSync(path).length);
});

for (const disturbed of [false, true]) {
  test(`tshark reads the messages of a ${disturbed ? 'disturbed' : 'plain'} capture and finds nothing malformed`, {
    skip: withoutPeer('tshark'),
  }, () => {
    const made = capture(folder, { ...PLAIN, disturbed });
    const options = ['tcp.check_checksum:TRUE', 'ip.check_checksum:TRUE', 'tcp.reassemble_out_of_order:TRUE'];
    // Segments are microseconds apart, which tshark takes for retransmissions; it reassembles them all the same.
    const fields = [
      '_ws.malformed',
      'tcp.checksum.status',
      'ip.checksum.status',
      'mbtcp.trans_id',
      's7comm.header.pduref',
    ];
    const { stdout } = spawnSync(
      'tshark',
      [
        '-n',
        '-r',
        made.path,
        '-T',
        'fields',
        ...options.flatMap(o => ['-o', o]),
        ...fields.flatMap(f => ['-e', f]),
      ],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => line.split('\t'));
    assert.equal(rows.length, made.packets);
    const count = (column: number) =>
      rows.reduce((sum, row) => sum + (row[column] ? row[column].split(',').length : 0), 0);
    assert.equal(count(0), 0, 'malformed');
    assert.deepEqual(new Set(rows.map(row => row[1])), new Set(['1']));
    assert.deepEqual(new Set(rows.map(row => row[2])), new Set(['1']));
    // A segment of less than eight bytes is no Modbus to tshark, nor is what follows it.
    if (!disturbed) assert.equal(count(3), made.messages.modbus);
    // The first exchange of a connection is of COTP.
    assert.equal(count(4), made.messages.s7comm! - 2 * Math.floor(made.connections / 2));
  });
}
