/** Whole audits of a simulated controller, over TCP. */

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { BlockType } from '../plant/s7-block.ts';
import { PROGRAM_LIMITS } from '../protocol/program-reader.ts';
import { type ApprovedProgram, approvedFrom } from './approved-program.ts';
import { type Audit, type AuditOptions, Auditor } from './auditor.ts';
import { readProgram, writeProgram } from './program-folder.ts';
import { readDevice } from './read-device.ts';
import { BLOCKS, block, CODE, put, type Stand, stand } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
after(() => rmSync(folder, { recursive: true }));
let folders = 0;
const nextFolder = () => join(folder, String(++folders));

const FAST = { rate: 100_000, clock: 60, values: false };

/** The approved program of a controller with the usual blocks, as read from it through a folder. */
async function approve({ device }: Stand): Promise<ApprovedProgram> {
  const reading = await readDevice(device, FAST);
  const place = nextFolder();
  await writeProgram(place, approvedFrom(device, reading.program, reading.ended));
  return (await readProgram(place)).program;
}

/** What an audit finds after `change`. */
async function auditAfter(
  change: (on: Stand) => void,
  options: Partial<AuditOptions> = {},
): Promise<Audit & { readonly keep: string; readonly kinds: string[] }> {
  const on = await stand();
  try {
    const approved = await approve(on);
    change(on);
    const keep = nextFolder();
    const result = await new Auditor(on.device, approved, { ...FAST, keep, ...options }).run();
    return { ...result, keep, kinds: result.findings.map(({ kind, message }) => `${kind}: ${message}`) };
  } finally {
    await on.close();
  }
}

const other = (): Uint8Array => {
  const code = CODE.slice();
  code[3] = 0xbb;
  return code;
};

test('a controller that has what was approved is as approved', async () => {
  const { findings, comparison, kept, keep, reading } = await auditAfter(() => {});
  assert.deepEqual(findings, []);
  assert.equal(comparison?.same, 3);
  assert.equal(kept, undefined);
  assert.equal(existsSync(keep), false, 'nothing is kept where nothing differs');
  assert.ok(reading!.requests > 20);
});

test('one byte of a block: both versions are kept, and the comparison shows the instruction', async () => {
  const { kinds, kept, findings } = await auditAfter(({ controller }) =>
    put(controller, block(BlockType.OB, 1, other())),
  );
  assert.deepEqual(kinds, [
    'audit.block-changed: plc-7: OB1 is not the approved block (84 bytes approved, 84 bytes found)',
  ]);
  assert.equal(findings[0]!.severity, 'critical');
  assert.deepEqual(findings[0]!.subject, {
    server: 'plc-7',
    protocol: 's7comm',
    station: '0/2',
    object: 'OB1',
  });
  const approved = readFileSync(join(kept!, 'approved', 'OB1.bin'));
  const found = readFileSync(join(kept!, 'found', 'blocks', 'OB1.bin'));
  assert.equal(Buffer.from(findings[0]!.evidence[0]!.bytes!, 'base64').compare(found), 0);
  assert.deepEqual([approved[39], found[39]], [0xba, 0xbb]);
  assert.deepEqual(readdirSync(kept!).sort(), ['approved', 'differences.txt', 'findings.ndjson', 'found']);
  assert.equal(
    readFileSync(join(kept!, 'differences.txt'), 'utf8'),
    [
      'OB1: approved (-) and found (+)',
      '  code',
      '    - 0000  300304ba      L 1210',
      '    + 0000  300304bb      L 1211',
      '      0004  1a04          L MD 4',
      '      0006  31c0          <=R',
      '',
    ].join('\n'),
  );
  // What was found is a program folder itself, and whole.
  assert.equal((await readProgram(join(kept!, 'found'))).program.blocks.length, 3);
});

test('each bit of each block counts', async () => {
  const on = await stand();
  try {
    const approved = await approve(on);
    const auditor = new Auditor(on.device, approved, { ...FAST, keep: nextFolder() });
    for (const { type, number, bytes } of BLOCKS.slice(0, 2)) {
      for (const at of [20, 36, bytes.length - 1]) {
        const changed = bytes.slice();
        changed[at]! ^= 0x10;
        on.controller.load(type, number, changed);
        on.controller.activate(type, number);
        const { findings } = await auditor.run();
        assert.deepEqual(
          findings.map(({ kind }) => kind),
          ['audit.block-changed'],
          `${type} ${number} byte ${at}`,
        );
        on.controller.load(type, number, bytes);
        on.controller.activate(type, number);
      }
    }
    assert.deepEqual((await auditor.run()).findings, []);
  } finally {
    await on.close();
  }
});

test('a block more, and a block less', async () => {
  const { kinds, kept } = await auditAfter(({ controller }) => {
    put(controller, block(BlockType.OB, 35));
    controller.delete(BlockType.FC, 7);
  });
  assert.deepEqual(kinds, [
    'audit.block-added: plc-7: OB35 (84 bytes) is in the controller, and nobody approved it',
    'audit.block-missing: plc-7: FC7 was approved, and is not in the controller',
  ]);
  assert.ok(existsSync(join(kept!, 'approved', 'FC7.bin')));
  assert.ok(existsSync(join(kept!, 'found', 'blocks', 'OB35.bin')));
});

test('present values of a data block are no difference, unless they are asked for; its length is', async () => {
  const write = ({ controller }: Stand) => controller.data(5)!.setFloat32(4, 1064);
  const { kinds, comparison } = await auditAfter(write);
  assert.deepEqual(kinds, []);
  assert.deepEqual(comparison?.values, ['DB5']);
  assert.deepEqual((await auditAfter(write, { values: true })).kinds, [
    'audit.block-changed: plc-7: DB5 is not the approved block (112 bytes approved, 112 bytes found)',
  ]);
  assert.equal((await auditAfter(write, { values: new Set(['DB5']) })).findings.length, 1);
  assert.equal((await auditAfter(write, { values: new Set(['DB6']) })).findings.length, 0);
  const longer = await auditAfter(({ controller }) =>
    put(controller, block(BlockType.DB, 5, new Uint8Array(44), 'DRIVE')),
  );
  assert.deepEqual(longer.kinds, [
    'audit.block-changed: plc-7: DB5 is not the approved block (112 bytes approved, 116 bytes found)',
  ]);
});

test('a controller that stands still, whose clock jumped, or that is another one', async () => {
  const stopped = await auditAfter(({ controller }) => {
    controller.running = false;
  });
  assert.deepEqual(stopped.kinds, ["audit.mode-changed: plc-7: its mode is 'STOP', and was 'RUN'"]);

  const on = await stand();
  const late = await stand(BLOCKS, 3_600_000);
  try {
    const approved = await approve(on);
    const options = { ...FAST, keep: nextFolder() };
    const { findings } = await new Auditor({ ...late.device }, approved, options).run();
    assert.deepEqual(
      findings.map(({ kind }) => kind),
      ['audit.clock-off'],
    );
    assert.match(findings[0]!.message, /its clock is 3600\.\d s ahead/);
    assert.deepEqual(
      (await new Auditor(late.device, approved, { ...options, clock: 4000 }).run()).findings,
      [],
    );
    const facts = approved.facts.map(fact =>
      fact.name === 'firmware' || fact.name === 'serial number' ? { ...fact, value: 'another' } : fact,
    );
    const another = await new Auditor(on.device, { ...approved, facts }, options).run();
    assert.deepEqual(another.findings.map(({ kind, severity }) => `${kind} ${severity}`).sort(), [
      'audit.firmware-changed critical',
      'audit.identity-changed high',
    ]);
    const bounded = { ...options, limits: { ...PROGRAM_LIMITS, objects: 2 } };
    const cut = await new Auditor(on.device, approved, bounded).run();
    assert.deepEqual(
      cut.findings.map(({ kind, message }) => `${kind}: ${message}`),
      [
        'audit.block-missing: plc-7: DB5 was approved, and is not in the controller',
        'audit.implausible: plc-7: it lists 3 blocks; only the first 2 are read',
      ],
    );
  } finally {
    await on.close();
    await late.close();
  }
});

test('a difference that stays is found again, and kept once', async () => {
  const on = await stand();
  try {
    const approved = await approve(on);
    const keep = nextFolder();
    const auditor = new Auditor(on.device, approved, { ...FAST, keep });
    put(on.controller, block(BlockType.OB, 1, other()));
    const first = await auditor.run();
    const second = await auditor.run();
    assert.deepEqual([first.again, second.again], [false, true]);
    assert.equal(second.findings.length, 1);
    assert.equal(second.kept, undefined);
    put(on.controller, block(BlockType.OB, 35));
    assert.equal((await auditor.run()).again, false);
    assert.equal(readdirSync(keep).length, 2);
  } finally {
    await on.close();
  }
});

test('a controller that cannot be reached is a finding', async () => {
  const on = await stand();
  const approved = await approve(on);
  await on.close();
  const { findings, reading } = await new Auditor(on.device, approved, { ...FAST, keep: nextFolder() }).run();
  assert.equal(reading, undefined);
  assert.deepEqual(
    findings.map(({ kind, message }) => `${kind}: ${message}`),
    [
      `audit.not-done: plc-7: not audited: 127.0.0.1:${on.device.port}: nobody listens there; check address and port`,
    ],
  );
});
