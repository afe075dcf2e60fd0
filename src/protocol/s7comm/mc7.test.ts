/** The code of a recorded block, instruction by instruction; one of each family; and any bytes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { disassemble } from './mc7.ts';
import { OB1 } from './recorded-blocks.fixture.ts';
import { bytesOf } from './testing.ts';

test('a recorded OB1, from its first instruction to its last', () => {
  const lines = disassemble(OB1.subarray(36, 36 + 212));
  assert.ok(lines.every(({ text }) => text !== ''));
  const text = lines.map(line => `${line.at.toString(16).padStart(2, '0')} ${line.text}`);
  assert.deepEqual(text.slice(0, 13), [
    '00 A(',
    '02 A(',
    '04 A M 0.1',
    '06 JNB 0016',
    '0a L MW 2',
    '0c ITD',
    '0e T MD 4',
    '10 SET',
    '12 SAVE',
    '14 CLR',
    '16 A BR',
    '18 )',
    '1a JNB 002a',
  ]);
  assert.deepEqual(text.slice(-8), [
    'c4 BLD 10',
    'c6 NOP 0',
    'c8 A M 0.0',
    'ca R M 0.0',
    'cc A M 120.0',
    'ce A M 120.1',
    'd0 S M 120.2',
    'd2 BE',
  ]);
  // Jumps lead to where instructions begin.
  const begins = new Set(lines.map(line => line.at.toString(16).padStart(4, '0')));
  for (const line of lines)
    if (/^J/.test(line.text)) assert.ok(begins.has(line.text.split(' ')[1]!), line.text);
});

const EXAMPLES: readonly (readonly [hex: string, text: string])[] = [
  ['c085', 'A Q 5.0'],
  ['c005', 'A I 5.0'],
  ['d881', '= Q 1.0'],
  ['f77f', 'R I 127.7'],
  ['9278', 'S M 120.2'],
  ['00410004', 'A DBX 4.1'],
  ['00c10004', 'AN DBX 4.1'],
  ['49b00010', 'FN M 16.0'],
  ['41500000', '= DIX 0.0'],
  ['4a05', 'L IB 5'],
  ['5385', 'T QW 5'],
  ['28ff', 'L B#16#ff'],
  ['3003ffff', 'L -1'],
  ['3007abcd', 'L W#16#abcd'],
  ['300c2050', 'L S5T#50000MS'],
  ['3801449c0000', 'L 1.248000e+3'],
  ['3803ffffffff', 'L L#-1'],
  ['380484000020', 'L P#DBX 4.0'],
  ['7e430008', 'L DBD 8'],
  ['7e020100', 'L PIW 256'],
  ['7e060100', 'T PQW 256'],
  ['be430011', 'L DBD [AR1,P#2.1]'],
  ['79180011', 'A I [AR2,P#2.1]'],
  ['ba330008', 'L MB [MD 8]'],
  ['bbb80008', 'T PQD [MD 8]'],
  ['51310008', 'A I [MD 8]'],
  ['bf3c0002', 'SD T [MW 2]'],
  ['fb700065', 'UC FC 101'],
  ['fb740001', 'UC SFC 1'],
  ['fb720050', 'UC FB 80'],
  ['fb78000a', 'OPN DB 10'],
  ['fbec0001', 'SD T 1'],
  ['fbfa0001', 'CD C 1'],
  ['fb3804b0', 'OPN DB [MW 1200]'],
  ['fb820004', 'O (parameter at 4)'],
  ['fe0384000000', 'LAR1 P#DBX 0.0'],
  ['fe6f0014', 'TAR2 LD 20'],
  ['fec8', 'SRD 8'],
  ['ffa0', 'A >=0'],
  ['ff880004', 'JZ 0008'],
  ['700bfffe', 'JU -0004'],
  ['6005fffffffe', '+ L#-2'],
  ['68340fff', 'AW W#16#0fff'],
  ['6836ffff0000', 'AD DW#16#ffff0000'],
  ['2120', '>I'],
  ['31c0', '<=R'],
  ['6501', 'BEU'],
];
for (const [hex, text] of EXAMPLES) {
  test(`${hex} is ${text}`, () => {
    const bytes = bytesOf(hex);
    assert.deepEqual(disassemble(bytes), [{ at: 0, bytes, text }]);
  });
}

test('the parameters of a call are no instructions', () => {
  const lines = disassemble(bytesOf('fb700001 700b0006 84000020 83000000 6500'));
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['UC FC 1', 'JU 0010', '(parameter) P#DBX 4.0', '(parameter) P#M 0.0', 'BE'],
  );
});

test('what is not known is shown as bytes, and so is what is cut', () => {
  for (const hex of ['0300', '2121', '0a', '3801449c', 'fb70', '00180000', '300f0000', '60ff']) {
    const lines = disassemble(bytesOf(hex));
    assert.equal(lines[0]!.text, '', hex);
    assert.deepEqual(Buffer.concat(lines.map(({ bytes }) => bytes)), Buffer.from(bytesOf(hex)));
  }
});

test('any bytes: each is in one line, in order, and nothing is read beyond the end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(8), (code, before) => {
      const around = new Uint8Array(code.length + before + 8).fill(0xfb);
      around.set(code, before);
      const lines = disassemble(around.subarray(before, before + code.length));
      assert.deepEqual(Buffer.concat(lines.map(({ bytes }) => bytes)), Buffer.from(code));
      let at = 0;
      for (const line of lines) {
        assert.equal(line.at, at);
        assert.ok(line.bytes.length > 0);
        at += line.bytes.length;
      }
      assert.deepEqual(
        disassemble(code.slice()).map(({ text }) => text),
        lines.map(({ text }) => text),
      );
    }),
  );
});
