import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPacketPath, isPacketPath } from './packet-path.ts';

/** What is found in the body of a function that runs for each message, without the place. */
function within(body: string): string[] {
  const text = `export function decode(view: DataView, at: number): number {\n${body}\n}\n`;
  return checkPacketPath('x.ts', text).map(line => line.replace(/^x\.ts:\d+:\d+: ([^:]+):.*/, '$1'));
}

const PLANTED: [string, string][] = [
  ['return buffer.readUInt16BE(at);', 'Buffer.read…'],
  ['return bytes.subarray(at).length;', '`subarray` or `slice`'],
  ['return Number(view.getBigUint64(at));', 'BigInt'],
  ['return view.getUint8(at) > 0 ? Number(1n) : 0;', 'BigInt'],
  [`names.push(\`DB\${at}\`);`, 'template string'],
  ['try { return view.getUint8(at); } catch { return -1; }', '`try`'],
  ['items.forEach(item => item);', 'closure'],
  ['function inner(): number { return at; }\nreturn inner();', 'closure'],
  ['return Math.max(...lengths);', 'spread'],
  ['return new DataView(view.buffer, at).getUint8(0);', '`new`'],
  ['return keep({ at });', 'object literal'],
  ['return keep([at]);', 'array literal'],
];
for (const [body, name] of PLANTED) {
  test(`planted in the packet path, ${body.split('\n')[0]} is caught`, () => {
    assert.ok(within(body).includes(name), `found only: ${within(body).join(', ') || 'nothing'}`);
  });
}

test('the place is named', () => {
  const text = 'class Table {\n  find(at: number): number {\n    return hash([at]);\n  }\n}\n';
  assert.match(
    checkPacketPath('src/packet/table.ts', text).join(),
    /^src\/packet\/table\.ts:3:17: array literal: /,
  );
});

test('what is made once may be made as one likes', () => {
  const text = `
const ROWS = [1, ...MORE].map(row => ({ row }));
class Table {
  readonly cells = new Int32Array(8);
  constructor(size: number) { this.cells = Int32Array.from({ length: size }, () => 0); }
  find(at: number): number {
    if (at < 0) throw new RangeError(\`\${at} is no cell\`);
    return this.cells[at]!;
  }
}`;
  assert.deepEqual(checkPacketPath('x.ts', text), []);
});

test('a comment with a reason excuses what stands right below it, and no more', () => {
  const once = '// cold: when the table is full\n';
  assert.deepEqual(within(`${once}cells = new Int32Array(8);`), []);
  assert.deepEqual(within('cells = new Int32Array(8); // cold: when the table is full'), []);
  assert.deepEqual(within(`${once}cells = grow();\ncells = new Int32Array(8);`), ['`new`']);
  assert.deepEqual(within('// cold:\ncells = new Int32Array(8);'), ['`new`']);
  const member = `class Table {\n  ${once}  grow(): void {\n    this.cells = [];\n  }\n  add(): void {\n    this.cells = [];\n  }\n}`;
  assert.equal(checkPacketPath('x.ts', member).length, 1);
  const file =
    '/**\n * Opens files.\n *\n * cold: once a capture.\n *\n * @module\n */\nexport const open = () => () => [];\n';
  assert.deepEqual(checkPacketPath('x.ts', file), []);
});

test('the packet path is where bytes are read', () => {
  for (const path of [
    'packet/flow-table.ts',
    'protocol/modbus/frame.ts',
    'protocol/s7comm/decode-items.ts',
  ]) {
    assert.equal(isPacketPath(`src/${path}`), true, path);
  }
  for (const path of [
    'packet/source.ts',
    'protocol/modbus/encode-request.ts',
    'protocol/modbus/modbus.ts',
    'cli/main.ts',
    'protocol/s7comm/decode.test.ts',
  ]) {
    assert.equal(isPacketPath(`src/${path}`), false, path);
  }
});
