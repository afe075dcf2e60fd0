/** Comparisons of two versions, as text. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { computed } from '../../test/cpu-time.ts';
import type { ProgramView } from '../protocol/program-reader.ts';
import { blockView } from '../protocol/s7comm/block-view.ts';
import { OB1 } from '../protocol/s7comm/recorded-blocks.fixture.ts';
import { viewDiff, viewText } from './view-diff.ts';

/** A view whose one part has a line a byte. */
function view(bytes: Uint8Array): ProgramView {
  const lines = [...bytes].map((byte, at) => ({ at, bytes: Uint8Array.of(byte), text: '' }));
  return { fields: [], parts: [{ name: 'code', from: 0, lines }] };
}

test('the same is no difference', () => {
  assert.equal(viewDiff(blockView(OB1), blockView(OB1.slice())), '');
});

test('a recorded block, patched: fields of the header, then the instructions', () => {
  // Jump over what comes: JU in place of NOP 0 and A M 0.0, and a later date.
  const patched = OB1.slice();
  patched.set([0x70, 0x0b, 0x00, 0x07], 36 + 0xc6);
  patched[21]!++;
  assert.equal(
    viewDiff(blockView(OB1), blockView(patched)),
    [
      '  code changed      2016-02-08 22:27:40.384  ->  2016-02-09 22:27:40.384',
      '  code',
      '      00c2  fb7c          CDB',
      '      00c4  100a          BLD 10',
      '    - 00c6  0000          NOP 0',
      '    - 00c8  8000          A M 0.0',
      '    + 00c6  700b0007      JU 00d4',
      '      00ca  b000          R M 0.0',
      '      00cc  8078          A M 120.0',
    ].join('\n'),
  );
});

test('an instruction that only moved is no difference', () => {
  const before = viewDiff(view(Uint8Array.of(1, 2, 3)), view(Uint8Array.of(9, 1, 2, 3)));
  assert.deepEqual(before.split('\n'), ['  code', '    + 0000  09', '      0001  01', '      0002  02']);
});

test('what stays between two changes is left out', () => {
  const before = new Uint8Array(9).map((_, i) => i);
  const after = before.with(0, 20).with(8, 28);
  const lines = viewDiff(view(before), view(after)).split('\n');
  assert.deepEqual(
    lines.map(line => line.slice(4).trim()),
    [
      'de',
      '- 0000  00',
      '+ 0000  14',
      '0001  01',
      '0002  02',
      '…',
      '0006  06',
      '0007  07',
      '- 0008  08',
      '+ 0008  1c',
    ],
  );
});

test('a block by itself', () => {
  const lines = viewText(blockView(OB1)).split('\n');
  assert.equal(lines[0], '  block             OB1');
  assert.ok(lines.includes('      00d2  6500          BE'));
});

test('any two versions: what is taken away and added turns the one into the other', () => {
  const short = fc.uint8Array({ maxLength: 30, max: 3 });
  fc.assert(
    fc.property(short, short, (before, after) => {
      const marks = viewDiff(view(before), view(after)).split('\n');
      const count = (mark: string) => marks.filter(line => line.startsWith(`    ${mark}`)).length;
      assert.equal(before.length - count('-') + count('+'), after.length);
    }),
  );
});

test('two versions with nothing in common are compared at once', () => {
  const length = 30_000;
  const began = computed();
  const text = viewDiff(view(new Uint8Array(length).fill(1)), view(new Uint8Array(length).fill(2)));
  assert.equal(text.split('\n').length, 1 + 2 * length);
  assert.ok(computed() - began < 5000);
});
