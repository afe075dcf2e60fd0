/** Headers of recorded blocks, against what tshark says of them; and any bytes. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import { capturePath, withoutCapture } from '../../../test/captures.ts';
import { withoutPeer } from '../../../test/peers.ts';
import { blockFormat, kindName, withoutValues } from './block-format.ts';
import { blockView } from './block-view.ts';
import { OB1, SDB0 } from './recorded-blocks.fixture.ts';

test('a recorded OB1', () => {
  assert.deepEqual(blockFormat(OB1), {
    attributes: 1,
    language: 3,
    type: 0x08,
    number: 1,
    loadMemory: 332,
    protection: 0,
    codeTime: Date.UTC(2016, 1, 8, 22, 27, 40, 384),
    interfaceTime: Date.UTC(2007, 7, 3, 16, 55, 8, 419),
    interfaceLength: 28,
    additionalLength: 20,
    localLength: 26,
    codeLength: 212,
    author: '',
    family: '',
    name: '',
    version: '0.1',
    checksum: 0x5935,
    whole: true,
  });
});

test('a recorded SDB0, whose author, family and name are one text', () => {
  const format = blockFormat(SDB0);
  assert.equal(format?.whole, true);
  assert.deepEqual([kindName(format.type), format.number, format.author], ['SDB', 0, 'STEP 7 #']);
});

test('a block that is cut, or longer than it says, is not whole', () => {
  assert.equal(blockFormat(OB1.subarray(0, 331))?.whole, false);
  assert.equal(blockFormat(Uint8Array.of(...OB1, 0))?.whole, false);
  assert.equal(blockFormat(OB1.subarray(0, 35)), undefined);
  assert.equal(blockFormat(Uint8Array.of(0x70, 0x71, ...OB1.subarray(2))), undefined);
});

test('what changes by itself are the values of data blocks, and nothing else', () => {
  assert.equal(withoutValues(OB1), OB1);
  const data = OB1.slice();
  data[5] = 0x0a;
  const other = data.slice();
  other.fill(0xff, 36, 36 + 212);
  assert.deepEqual(withoutValues(data), withoutValues(other));
  for (const at of [35, 36 + 212, 331]) {
    const changed = data.slice();
    changed[at]! ^= 1;
    assert.notDeepEqual(withoutValues(data), withoutValues(changed), `byte ${at}`);
  }
});

test('any bytes can be looked at, and each byte of a block is shown once', () => {
  const block = fc.constantFrom(OB1, SDB0).chain(good =>
    fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 8 }).chain(changes =>
      fc.nat(good.length + 4).map(length => {
        const bytes = new Uint8Array(length);
        bytes.set(good.subarray(0, length));
        for (const [at, value] of changes) if (at < length) bytes[at] = value;
        return bytes;
      }),
    ),
  );
  fc.assert(
    fc.property(fc.oneof(block, fc.uint8Array({ maxLength: 300 })), bytes => {
      const before = bytes.slice();
      const { fields, parts } = blockView(bytes);
      const header = fields.length > 0 ? 36 : 0;
      const shown = parts.flatMap(part => part.lines.map(line => line.bytes));
      assert.deepEqual(Buffer.concat([bytes.subarray(0, header), ...shown]), Buffer.from(bytes));
      withoutValues(bytes);
      assert.deepEqual(bytes, before);
    }),
  );
});

const FIELDS = [
  'subblk_type',
  'block_num',
  'block_lang',
  'load_mem_len',
  'blocksecurity',
  'code_timestamp',
  'interface_timestamp',
  'ssb_len',
  'add_len',
  'localdata_len',
  'mc7_len',
  'author',
  'family',
  'headername',
  'headerversion',
  'checksum',
] as const;

/** The begin of a header, behind the headers of the message and of its data. */
const BEGIN = Buffer.from('7070', 'hex');

/** Captures in which controllers tell of blocks. */
const CAPTURES = ['download-ob1', 'go-online', 'block-list', 'profile'].map(
  name => `s7comm/s7comm-${name}.pcap`,
);

test('tshark says the same of the block informations in captures', {
  skip: withoutCapture('s7comm') || withoutPeer('tshark'),
}, () => {
  let compared = 0;
  for (const file of CAPTURES) {
    const options = FIELDS.flatMap(field => ['-e', `s7comm.blockinfo.${field}`]);
    const text = execFileSync(
      'tshark',
      [
        '-r',
        capturePath(file),
        '-Y',
        's7comm.blockinfo.mc7_len',
        '-T',
        'fields',
        '-e',
        'tcp.payload',
        ...options,
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, TZ: 'UTC' } },
    );
    for (const line of text.split('\n').filter(Boolean)) {
      const [payload = '', ...said] = line.split('\t');
      const bytes = Buffer.from(payload, 'hex');
      const at = bytes.indexOf(BEGIN, 29);
      // Header and footer stand together here, without the code between them.
      const format = blockFormat(bytes.subarray(at, at + 72))!;
      const ours = [
        format.type,
        format.number,
        format.language,
        format.loadMemory,
        format.protection,
        time(format.codeTime),
        time(format.interfaceTime),
        format.interfaceLength,
        format.additionalLength,
        format.localLength,
        format.codeLength,
        format.author,
        format.family,
        format.name,
        format.version,
        `0x${format.checksum.toString(16).padStart(4, '0')}`,
      ].map(String);
      assert.deepEqual(
        ours,
        said.map(value => value.trimEnd()),
        `${file}: ${line}`,
      );
      compared++;
    }
  }
  assert.ok(compared >= 20, `${compared} block informations`);
});

/** `Feb  8, 2016 22:27:40.384`, as tshark writes times. */
function time(ms: number): string {
  const date = new Date(ms);
  const month = date.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `${month} ${day}, ${date.getUTCFullYear()} ${date.toISOString().slice(11, 23)}`;
}
