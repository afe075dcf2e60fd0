/** The command as users meet it: docs/policy.md is executed, and what goes wrong is one line and exit code 2. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { capturePath, withoutCapture } from '../../test/captures.ts';
import { pcap, SYN, tcpFrame } from '../packet/capture-bytes.fixture.ts';
import { REASONS } from '../policy/reasons.ts';
import {
  readRequest,
  readWriteRequest,
  registersResponse,
  writeRegister,
} from '../protocol/modbus/encode.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const DOCUMENT = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');

const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
after(() => rmSync(folder, { recursive: true }));
for (const [, name = 'compressor.yaml', text = ''] of DOCUMENT.matchAll(
  /```yaml policy(?:=(\S+))?\n([\s\S]*?)```/g,
)) {
  writeFileSync(join(folder, name), text);
}

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'policy', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

/** Words of a command line; quotes keep words together. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

test('the documentation is true', () => {
  let commands = 0;
  for (const [, block = ''] of DOCUMENT.matchAll(/```console\n([\s\S]*?)```/g)) {
    for (const part of block.split(/^\$ /m).slice(1)) {
      const end = part.indexOf('\n');
      const [program, command, ...args] = words(part.slice(0, end));
      assert.deepEqual([program, command], ['cofferdam', 'policy']);
      const { stdout, stderr } = run(...args);
      assert.equal(stdout + stderr, part.slice(end + 1), part.slice(0, end));
      commands++;
    }
  }
  assert.ok(commands >= 6);
});

test('the documentation lists the reasons', () => {
  const rows = Object.entries(REASONS).map(([name, sentence]) => `| \`${name}\` | ${sentence} |`);
  assert.ok(DOCUMENT.includes(rows.join('\n')), rows.join('\n'));
});

test('check: exit codes and data', () => {
  assert.equal(run('check', 'compressor.yaml').status, 0);
  const wrong = run('check', 'wrong.yaml', '--json');
  assert.equal(wrong.status, 2);
  const data = JSON.parse(wrong.stdout);
  assert.equal(data.ok, false);
  assert.equal(data.problems.length, 3);
  assert.deepEqual(Object.keys(data.problems[0]), ['file', 'line', 'column', 'message']);
  const good = JSON.parse(run('check', 'compressor.yaml', '--json').stdout);
  assert.deepEqual(
    [good.ok, good.plant, good.rules, good.warnings.length],
    [true, 'Gas compressor station 4', 3, 0],
  );
});

test('check: a review that is past is shown apart from mistakes', () => {
  const text = readFileSync(join(folder, 'compressor.yaml'), 'utf8').replace('2027-05-01', '2020-02-29');
  writeFileSync(join(folder, 'late.yaml'), text);
  const { status, stdout, stderr } = run('check', 'late.yaml');
  assert.equal(status, 0);
  assert.match(stderr, /^late\.yaml:15:13: the review was due on 2020-02-29; .* \(warning\)$/m);
  assert.match(stdout, /1 to look at$/m);
});

test('explain as data', () => {
  const { stdout } = run(
    'explain',
    'compressor.yaml',
    '--from',
    '10.1.0.11',
    '--to',
    '10.2.0.7',
    '--json',
    'write holding 40 = 14100',
  );
  const data = JSON.parse(stdout);
  assert.equal(data.verdict, 'deny');
  assert.equal(data.reason, 'range');
  assert.equal(data.target, 'plc-7');
  assert.equal(data.object, 'holding 40');
  assert.equal(data.alias, '40041');
});

test('what is asked wrongly is one line that says what to do, and exit code 2', () => {
  const base = ['explain', 'compressor.yaml', '--from', 'hmi-1', '--to', 'plc-7'];
  const mistakes: readonly (readonly [RegExp, ...string[]])[] = [
    [/policy what\? write policy check/],
    [/policy 'chek'\?/, 'chek'],
    [/name the policy/, 'check'],
    [/none.yaml: no such file/, 'check', 'none.yaml'],
    [/write: cofferdam policy explain FILE/, ...base],
    [/say who asks whom/, 'explain', 'compressor.yaml', 'stop'],
    [
      /--from bad\.\.addr: no IP address, and no such host in compressor.yaml; there are: hmi-1, eng-1, plc-7$/m,
      ...['explain', 'compressor.yaml', '--from', 'bad..addr', '--to', 'plc-7', 'stop'],
    ],
    [
      /--to 10.2.0.8: no host has this address in compressor.yaml; there are: hmi-1, eng-1, plc-7$/m,
      ...['explain', 'compressor.yaml', '--from', 'hmi-1', '--to', '10.2.0.8', 'stop'],
    ],
    [/--to plc-8: no such host/, 'explain', 'compressor.yaml', '--from', 'hmi-1', '--to', 'plc-8', 'stop'],
    [/'wirte' is no verb; did you mean 'write'/, ...base, 'wirte holding 1 = 1'],
    [
      /no tag 'rotor.sped.setpoint'; did you mean 'rotor.speed.setpoint'/,
      ...base,
      'write rotor.sped.setpoint = 1',
    ],
    [/1000.05 Hz cannot be written exactly into a uint16/, ...base, 'write rotor.speed.setpoint = 1000.05'],
    [
      /7000 Hz cannot be written into a uint16: it would be 70000/,
      ...base,
      'write rotor.speed.setpoint = 7000',
    ],
    [/'x' is no number/, ...base, 'write holding 1 = x'],
    [/say which packet/, 'explain', 'compressor.yaml', '--capture', 'x.pcap'],
    [/is not a capture/, 'explain', 'compressor.yaml', '--capture', 'wrong.yaml', '--packet', '1'],
  ];
  for (const [message, ...args] of mistakes) {
    const { status, stdout, stderr } = run(...args);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.equal(stderr.trim().split('\n').length, 1, stderr);
  }
});

const MASK_WRITE = 'modbus/modbus-mask-write.pcap';

test('explain what is in a packet of a capture', { skip: withoutCapture(MASK_WRITE) }, () => {
  const capture = capturePath(MASK_WRITE);
  writeFileSync(
    join(folder, 'lab.yaml'),
    `cofferdam: 1
plant: Lab
zones: { lab: { hosts: { plc: 127.0.0.1 } } }
conduits:
  - { from: plc, to: plc, protocol: modbus, reason: r, owner: o, review: 2099-01-01, allow: { write: holding 0 } }
`,
  );
  const { stdout, status } = run('explain', 'lab.yaml', '--capture', capture, '--packet', '4');
  assert.equal(status, 0);
  assert.match(stdout, /^allowed: write holding 0 = 1, 1 \(rule line 5\)$/m);
  assert.match(stdout, /→ line 5: allow: write: holding 0: allows it/);
  assert.match(run('explain', 'lab.yaml', '--capture', capture, '--packet', '1').stdout, /ends no message/);
  assert.match(run('explain', 'lab.yaml', '--capture', capture, '--packet', '99').stderr, /has 8 packets/);
});

test('a message of a capture passes whole or not at all', () => {
  writeFileSync(
    join(folder, 'whole.yaml'),
    `cofferdam: 1
plant: Lab
zones: { lab: { hosts: { hmi: 10.0.0.1, plc: 10.0.0.2 } } }
conduits:
  - from: hmi
    to: plc
    protocol: modbus
    reason: r
    owner: o
    review: 2099-01-01
    allow: { read: anything, rate: 1/h }
`,
  );
  const to = (transaction: number) => ({ transaction, unit: 1 });
  const messages = [
    readWriteRequest(to(1), 0, 1, 5, [7]),
    readRequest(to(2), 3, 0, 1),
    readRequest(to(3), 3, 0, 1),
  ];
  let sequence = 100;
  const frames = [tcpFrame({ flags: SYN, sequence: 99 })];
  for (const payload of messages) {
    frames.push(tcpFrame({ sequence, payload }));
    sequence += payload.length;
  }
  writeFileSync(join(folder, 'whole.pcap'), pcap(frames.map(frame => ({ frame }))));
  const explain = (packet: number) =>
    JSON.parse(
      run('explain', 'whole.yaml', '--capture', 'whole.pcap', '--packet', `${packet}`, '--json').stdout,
    );
  const [read, write] = explain(2);
  assert.equal(write.verdict, 'deny');
  assert.equal(
    read.sentence,
    'allowed: read holding 0 (rule line 11); but its message is refused, for another part of it is denied',
  );
  assert.equal(explain(3)[0].verdict, 'allow', 'what was refused used nothing up');
  assert.equal(explain(4)[0].reason, 'rate');
});

test('what answers a denied request would not have come, and teaches nothing', () => {
  writeFileSync(
    join(folder, 'unread.yaml'),
    `cofferdam: 1
plant: Lab
zones: { lab: { hosts: { hmi: 10.0.0.1, plc: 10.0.0.2 } } }
tags: { speed: { at: plc modbus holding 5, type: uint16, step: 1 } }
conduits:
  - { from: hmi, to: plc, protocol: modbus, reason: r, owner: o, review: 2099-01-01, allow: { write: speed } }
`,
  );
  const to = (transaction: number) => ({ transaction, unit: 1 });
  const request = readRequest(to(1), 3, 5, 1);
  const back = { source: '10.0.0.2', destination: '10.0.0.1', sourcePort: 502, destinationPort: 40000 };
  const frames = [
    tcpFrame({ flags: SYN, sequence: 99 }),
    tcpFrame({ sequence: 100, payload: request }),
    tcpFrame({ ...back, sequence: 500, payload: registersResponse(to(1), 3, [7]) }),
    tcpFrame({ sequence: 100 + request.length, payload: writeRegister(to(2), 5, 7) }),
  ];
  writeFileSync(join(folder, 'unread.pcap'), pcap(frames.map(frame => ({ frame }))));
  const explain = (packet: number) =>
    JSON.parse(
      run('explain', 'unread.yaml', '--capture', 'unread.pcap', '--packet', `${packet}`, '--json').stdout,
    )[0];
  assert.equal(explain(2).verdict, 'deny');
  const answer = explain(3);
  assert.deepEqual(
    [answer.verdict, answer.reason, answer.sentence],
    ['deny', 'unasked', 'denied: its request would have been denied (packet 2), so there would be no answer'],
  );
  assert.equal(explain(4).reason, 'lastUnknown');
});
