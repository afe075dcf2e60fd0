/** Program folders: whole or not there, and checked when they are read. */

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ApprovedProgram } from './approved-program.ts';
import { blockFileName, ProgramFolderError, readProgram, writeProgram } from './program-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
after(() => rmSync(folder, { recursive: true }));

const BYTES = Uint8Array.of(0x70, 0x70, 1, 2, 3);

const PROGRAM: ApprovedProgram = {
  read: Date.UTC(2026, 0, 12, 8, 30),
  controller: 'plc-7',
  address: '127.0.0.1',
  port: 102,
  protocol: 's7comm',
  station: '0/2',
  facts: [{ name: 'mode', kind: 'mode', value: 'RUN' }],
  clockAhead: undefined,
  blocks: [{ object: 'OB1', sha256: hash('sha256', BYTES), bytes: BYTES.length }],
  listed: ['SFC0'],
  problems: ['protection cannot be read: 0xd401 information function not available'],
  content: new Map([['OB1', BYTES]]),
};

let count = 0;
async function written(): Promise<string> {
  const place = join(folder, String(++count));
  await writeProgram(place, PROGRAM);
  return place;
}

test('what is written is what is read', async () => {
  const place = await written();
  const { program, sha256 } = await readProgram(place);
  assert.deepEqual(
    { ...program, content: [...program.content.values()].map(bytes => [...bytes]) },
    {
      ...PROGRAM,
      content: [[...BYTES]],
    },
  );
  assert.equal(sha256, hash('sha256', readFileSync(join(place, 'program.json'))));
  assert.deepEqual(
    readdirSync(folder).filter(name => name.startsWith('.')),
    [],
    'nothing is left beside it',
  );
});

test('a folder that is there is not written over', async () => {
  const place = await written();
  await assert.rejects(writeProgram(place, PROGRAM), /is there already; name a new folder/);
  mkdirSync(join(folder, 'empty'));
  await assert.rejects(writeProgram(join(folder, 'empty'), PROGRAM), ProgramFolderError);
});

test('a folder that cannot be written leaves nothing behind', async () => {
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(writeProgram(join(folder, 'file', 'program'), PROGRAM), { code: 'ENOTDIR' });
  assert.equal(existsSync(join(folder, 'file', '.program')), false);
});

const MISTAKES: readonly (readonly [what: string, change: (place: string) => void, error: RegExp])[] = [
  [
    'is missing',
    place => rmSync(place, { recursive: true }),
    /no program is here; cofferdam program read makes one/,
  ],
  ['has no manifest', place => rmSync(join(place, 'program.json')), /no program is here/],
  ['is no JSON', place => writeFileSync(join(place, 'program.json'), '{'), /program\.json: is no JSON/],
  [
    'is of another format',
    edit('cofferdam-program/1', 'x'),
    /its format is "x", and must be "cofferdam-program\/1"/,
  ],
  ['has no hash', edit(hash('sha256', BYTES), 'abc'), /a block has no SHA-256/],
  ['names a block twice', edit('"SFC0"', '"OB1"'), /a block is named twice/],
  ['has another kind of fact', edit('"kind": "mode"', '"kind": "colour"'), /a fact is of the kind "colour"/],
  ['has no number', edit('"port": 102', '"port": "102"'), /`port` is missing, or no number/],
  [
    'has a list that is none',
    edit('"blocks": [', '"blocks": 1, "other": ['),
    /`blocks` is missing, or no list/,
  ],
  ['would act on a terminal', edit('"RUN"', '"\\u001b[2J"'), /`value` has control characters/],
  ['has no time', edit('2026-01-12T', 'yesterday '), /`read` is no time/],
  [
    'lacks a block',
    place => rmSync(join(place, 'blocks', 'OB1.bin')),
    /OB1\.bin: is missing, and .* restore it/,
  ],
  [
    'has a block that was changed',
    place => writeFileSync(join(place, 'blocks', 'OB1.bin'), Uint8Array.of(0x70, 0x70, 1, 2, 4)),
    /its SHA-256 differs\); restore the folder, and find out who changed it/,
  ],
];
for (const [what, change, error] of MISTAKES) {
  test(`a folder that ${what} says so`, async () => {
    const place = await written();
    change(place);
    await assert.rejects(readProgram(place), (thrown: unknown) => {
      assert.ok(thrown instanceof ProgramFolderError, String(thrown));
      assert.match(thrown.message, error);
      return true;
    });
  });
}

test('no name of a block leads out of its folder', () => {
  for (const name of ['../../etc/passwd', '..', 'a/b', 'Program:Main.Routine', 'ü', 'OB1']) {
    assert.match(blockFileName(name), /^[\w%~!*'()-]+\.bin$/, name);
  }
});

function edit(from: string, to: string): (place: string) => void {
  return place => {
    const file = join(place, 'program.json');
    const text = readFileSync(file, 'utf8');
    assert.ok(text.includes(from), from);
    writeFileSync(file, text.replace(from, to));
  };
}
