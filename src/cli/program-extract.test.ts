/** `cofferdam program extract` on recorded downloads, and a permit for what it takes out of them. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { capturePath, withoutCapture } from '../../test/captures.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const DB1 = 's7comm/s7comm-download-block.pcap';
const OB1 = 's7comm/s7comm-download-ob1.pcap';
const skip = withoutCapture(DB1);

function cofferdam(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

function folderOf(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-extract-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('a block of a capture is a file that a permit takes', { skip }, t => {
  const folder = folderOf(t);
  const into = join(folder, 'blocks');
  const extracted = cofferdam('program', 'extract', capturePath(DB1), '--into', into);
  assert.deepEqual([extracted.status, extracted.stderr], [0, '']);
  assert.match(
    extracted.stdout,
    /^DB1 +500 bytes {2}[0-9a-f]{64}\n.*1 block, as loaded into 192\.168\.1\.40:102 \(s7comm\)\n$/,
  );
  assert.deepEqual(readdirSync(into), ['DB1.bin']);
  const out = join(folder, 'permit.json');
  const terms = ['--controller', 'plc-7', '--protocol', 's7comm', '--from', 'eng-1', '--for', '2h'];
  const why = ['--ticket', 'MOC-1', '--purpose', 'new limits', '--requester', 'engineer-1'];
  const asked = cofferdam('permit', 'request', ...terms, ...why, '--out', out, into);
  assert.equal(asked.status, 0, asked.stderr);
  assert.match(asked.stdout, /DB1 {2}500 bytes, SHA-256 [0-9a-f]{64}/);
  assert.equal(readFileSync(join(into, 'DB1.bin')).length, 500);
});

test('of several controllers one is chosen', { skip: skip || withoutCapture(OB1) }, t => {
  const folder = folderOf(t);
  const captures = [capturePath(DB1), capturePath(OB1)];
  const into = join(folder, 'blocks');
  const both = cofferdam('program', 'extract', ...captures, '--into', into);
  assert.equal(both.status, 2);
  assert.match(
    both.stderr,
    /several controllers: 192\.168\.1\.40:102, 134\.217\.61\.211:102; choose one with --controller/,
  );
  const one = cofferdam(
    'program',
    'extract',
    ...captures,
    '--into',
    into,
    '--controller',
    '134.217.61.211',
    '--json',
  );
  const { blocks, notes } = JSON.parse(one.stdout);
  assert.deepEqual(
    blocks.map((block: { object: string; bytes: number }) => [block.object, block.bytes]),
    [['OB1', 332]],
  );
  assert.deepEqual(notes, []);
  const again = cofferdam('program', 'extract', ...captures, '--into', into);
  assert.match(again.stderr, /is there already/);
});

test('mistakes are told', () => {
  for (const [args, message] of [
    [[], /name the captures/],
    [['x.pcap'], /say where the blocks go: --into FOLDER/],
    [['/nowhere/x.pcap', '--into', '/nowhere/y'], /x\.pcap: no such file/],
  ] as const) {
    const { status, stderr } = cofferdam('program', 'extract', ...args);
    assert.equal(status, 2);
    assert.match(stderr, message);
  }
});
