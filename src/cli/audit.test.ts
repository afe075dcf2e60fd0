/** The commands as users meet them: what is wrong is one line and exit code 2; an interval ends with SIGTERM. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { approvedFrom } from '../audit/approved-program.ts';
import { writeProgram } from '../audit/program-folder.ts';
import { readDevice } from '../audit/read-device.ts';
import { block, CODE, put, type Stand, stand } from '../audit/testing.ts';
import { BlockType } from '../plant/s7-block.ts';
import { audit } from './audit.ts';
import { userMessage } from './command.ts';
import { program } from './program.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
let on: Stand;

before(async () => {
  on = await stand();
  const reading = await readDevice(on.device, { rate: 100_000 });
  await writeProgram(join(folder, 'program'), approvedFrom(on.device, reading.program, reading.ended));
  process.chdir(folder);
  mkdirSync(join(folder, 'there'));
  writeFileSync(
    join(folder, 'plant.yaml'),
    'cofferdam: 1\nplant: P\nzones:\n  hall: { level: 1, hosts: { plc-7: 10.2.0.7, many: 10.3.0.0/16 } }\n',
  );
  writeFileSync(
    join(folder, 'tags.yaml'),
    `cofferdam: 1
plant: P
zones:
  hall: { level: 1, hosts: { plc-7: 127.0.0.1, plc-8: 127.0.0.2 } }
listeners:
  - { listen: 127.0.0.9:1102, to: plc-7, protocol: s7comm, port: ${on.device.port} }
tags:
  speed: { at: plc-7 s7comm DB5.DBD0, type: float32, unit: 1/min, range: [0, 1500] }
  torque: { at: plc-7 s7comm DB5.DBW4, type: int16, scale: 0.1, unit: Nm }
  gone: { at: plc-7 s7comm DB77.DBW4, type: int16 }
`,
  );
});
after(async () => {
  await on.close();
  process.chdir(tmpdir());
  rmSync(folder, { recursive: true });
});

const MISTAKES: readonly (readonly [command: string, error: string])[] = [
  ['program', 'program what? there are: read, extract'],
  ['program write', "program 'write'? there are: read, extract"],
  ['program read', 'name one controller: cofferdam program read HOST[:PORT] --station 0/2 --into FOLDER'],
  ['program read 10.2.0.7', 'say where the program goes: --into FOLDER'],
  [
    'program read 10.2.0.7 --into there',
    'there: is there already; name a new folder, or move the old one away',
  ],
  [
    'program read 10.2.0.7 --into new',
    'say which station the controller is: unit of modbus, like --station 1; rack/slot of s7comm, like --station 0/2',
  ],
  [
    'program read 10.2.0.7 --into new --protocol s7comm --station 9/9',
    '--station 9/9: rack 9 does not exist; racks are 0 to 7',
  ],
  ['program read 10.2.0.7 --into new --protocol modbus', 'say which unit the controller has: --station 1'],
  [
    'program read 10.2.0.7 --into new --protocol mms --station 1',
    '--protocol mms: no such protocol; those that do: modbus, s7comm',
  ],
  [
    'program read plc-7 --into new --station 0/2',
    'plc-7: is no IP address; give one, or name the policy that has this host: --policy FILE',
  ],
  [
    'program read plc-8 --policy plant.yaml --into new --station 0/2',
    'plc-8: no such host in plant.yaml; there are: plc-7, many',
  ],
  [
    'program read many --policy plant.yaml --into new --station 0/2',
    "many: is a range of addresses in plant.yaml; give the controller's own",
  ],
  [
    'program read 10.2.0.7:0 --into new --station 0/2',
    '10.2.0.7:0: is no host; write it like 10.2.0.7, 10.2.0.7:102 or plc-7',
  ],
  [
    'program read 10.2.0.7 --into new --station 0/2 --rate 0',
    '--rate 0: give requests a second, above 0 and at most 50',
  ],
  [
    'program read 10.2.0.7 --into new --station 0/2 --from hmi',
    "--from hmi: is no IP address; give one of this machine's",
  ],
  [
    'program read 127.0.0.1:1 --into new --station 0/2',
    '127.0.0.1:1: nobody listens there; check address and port',
  ],
  ['audit', 'name one controller: cofferdam audit HOST[:PORT] --approved FOLDER'],
  ['audit 10.2.0.7', 'say what was approved: --approved FOLDER, which cofferdam program read makes'],
  ['audit 10.2.0.7 --approved none', 'none: no program is here; cofferdam program read makes one'],
  ['audit 10.2.0.7 --approved program --every 10', '--every 10: write it like 30s, 10m, 2h or 1d, up to 24d'],
  ['audit 10.2.0.7 --approved program --every 0s', '--every 0s: write it like 30s, 10m, 2h or 1d, up to 24d'],
  [
    'audit 10.2.0.7 --approved program --permits store',
    'permits count only with those who may approve: give --permits FOLDER and --approvers FILE',
  ],
  [
    'audit 10.2.0.7 --approved program --permits store --approvers approvers.yaml',
    'store/permits: no such file; check the name',
  ],
  [
    'audit 10.2.0.7 --approved program --values DB5,DB6',
    '--values DB6: the approved program has no such block; there are: OB1, FC7, DB5, or all',
  ],
  ['audit 10.2.0.7 --approved program --wait 1m', '--wait is for what gateways say; add --state FOLDER'],
  [
    'audit 10.2.0.7 --approved program --state there --wait soon',
    '--wait soon: write it like 30s, 10m, 2h or 1d, up to 24d',
  ],
  [
    'audit 10.2.0.7 --approved program --state nowhere',
    'nowhere: no such folder; make it, or check the name',
  ],
  ['audit --tags', 'name one controller: cofferdam audit HOST[:PORT] --tags --policy FILE'],
  ['audit plc-7 --tags', 'say which tags: --policy FILE'],
  ['audit plc-9 --tags --policy tags.yaml', 'plc-9: no such host in tags.yaml; there are: plc-7, plc-8'],
  ['audit plc-8 --tags --policy tags.yaml', 'plc-8: has no tags in tags.yaml; those that do: plc-7'],
  [
    'audit plc-7 --tags --policy tags.yaml --every 10',
    '--every 10: write it like 30s, 10m, 2h or 1d, up to 24d',
  ],
  ['audit plc-7 --tags --policy tags.yaml --readings there', 'there: is a folder; name a file'],
  ['audit 10.2.0.7 --approved program --clock soon', '--clock soon: give a number of seconds'],
];
for (const [command, error] of MISTAKES) {
  test(`${command}: ${error}`, async () => {
    const [name, ...args] = command.split(' ');
    // As the program shows it, without a process for each.
    await assert.rejects(
      (name === 'audit' ? audit : program).run(args),
      thrown => userMessage(thrown) === error,
    );
  });
}

test('an audit at an interval tells of each, keeps a difference once, and ends with SIGTERM', async () => {
  const place = `127.0.0.1:${on.device.port}`;
  const args = ['audit', place, '--approved', 'program', '--every', '1s', '--rate', '50', '--json'];
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: { different: boolean; again: boolean; kept?: string; findings: { kind: string }[] }[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(JSON.parse(line));
    if (lines.length === 1) put(on.controller, block(BlockType.OB, 1, CODE.with(3, 0xbb)));
    if (lines.length === 3) child.kill('SIGTERM');
  }
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 1);
  assert.deepEqual(
    lines.slice(0, 3).map(({ different, again, kept, findings }) => ({
      different,
      again,
      kept: kept !== undefined,
      kinds: findings.map(({ kind }) => kind),
    })),
    [
      { different: false, again: false, kept: false, kinds: [] },
      { different: true, again: false, kept: true, kinds: ['audit.block-changed'] },
      { different: true, again: true, kept: false, kinds: ['audit.block-changed'] },
    ],
  );
});

test('tags of a controller are read again and again, marked where outside their range, and appended', async () => {
  on.controller.data(5)!.setFloat32(0, 1480.5);
  on.controller.data(5)!.setInt16(4, -25);
  const args = ['audit', 'plc-7', '--tags', '--policy', 'tags.yaml', '--every', '1s', '--rate', '50'];
  const child = spawn(process.execPath, [MAIN, ...args, '--readings', 'read.ndjson'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (lines.length === 5) on.controller.data(5)!.setFloat32(0, 1600);
    if (lines.length === 10) child.kill('SIGTERM');
  }
  if (child.exitCode === null) await once(child, 'exit');
  assert.equal(child.exitCode, 1);
  assert.match(lines[0]!, /plc-7 \(127\.0\.0\.1:\d+ s7comm 0\/2\): 2 of 3 tags read; 3 requests$/);
  assert.deepEqual(lines.slice(1, 4), [
    'speed   1480.5 1/min    within 0 to 1500',
    'torque  -2.5 Nm',
    'gone    not read',
  ]);
  assert.match(lines[4]!, /^NOTE DB77\.DBW4: /);
  assert.equal(lines[6], 'speed   1600 1/min      OUTSIDE 0 to 1500');
  const kept = readFileSync(join(folder, 'read.ndjson'), 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    kept.slice(0, 3).map(line => ({ ...JSON.parse(line), time: 0 })),
    [1480.5, -2.5, 1600].map((value, i) => ({
      time: 0,
      tag: i === 1 ? 'torque' : 'speed',
      value,
      source: 'audit',
    })),
  );
});
