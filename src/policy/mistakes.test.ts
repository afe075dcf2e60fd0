/**
 * A policy with many mistakes gives as many messages, each at its place, each saying what to write, and nothing
 * about what only follows from a mistake.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { computed } from '../../test/cpu-time.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { loadPolicy, parsePolicy } from './parse.ts';
import { readPolicy } from './read/policy.ts';

const MISTAKES = `cofferdam: 2
plnt: Gas compressor station 4
plant: ''
zones:
  control room: { level: 2, hosts: { hmi-1: 10.1.0.11 } }
  control: { level: 7, hosts: { hmi-2: 10.1.0.12, eng-1: 10.1.0, eng-2: 10.1.0.12, hmi-2: 10.1.0.13 } }
  hall: { level: 1, target: SL-9, hosts: { plc-7: 10.2.0.7, plc-8: 10.2.0.8, cells: 10.3.0.1/24 } }
  empty: { level: 1 }
tags:
  speed: { at: plc-7 modbus holding 40, type: uint16, scale: 0.1, unit: Hz, range: [1210, 807] }
  flow: { at: plc-7 modbus holding 42, type: uint16, scale: 0.1, range: [0, 7000] }
  press: { at: plc-7 modbus holding 44, type: float32, step: 0 }
  level: { at: plc-7 modbus holding 45, type: uint16 }
  valve: { at: plc-9 modbus coil 3, type: bool }
  temp: { at: plc-7 modbuss holding 50, type: int16 }
  gain: { at: plc-7 modbus holding 52, type: uint17 }
  bias: { at: plc-7 modbus holdin 54, type: int16 }
  ramp: { at: plc-7 modbus holding 56, type: int16, scale: 0 }
  good: { at: plc-7 modbus holding 60, type: int16 }
conduits:
  - from: contrl
    to: plc-7
    protocol: modbus
    reason: operators run the compressor
    review: 2027-02-30
    allow:
      - raed: anything
      - write: sped
      - write: holding 70000
      - read: good
        range: [0, 1]
      - write: good
        rate: 6 per minute
      - stop
      - download: anything
      - function: ninety
      - write: good
        read: good
    refuse: ignore
  - from: hmi-2
    to: plc-8
    protocol: modbus
    reason: maintenance
    owner: maintenance
    review: 2027-05-01
    station: 300
    allow:
      - write: good
      - write: holding 1-9
        from: eng-2
        step: 5
listeners:
  - { listen: localhost, to: plc-7, protocol: modbus }
  - { listen: 127.0.0.1:1502, to: hall, protocol: modbus, port: 0 }
`;

const MESSAGES = `
1:12: version '2' of the language is not known; write \`cofferdam: 1\`
2:1: unknown key 'plnt' in the policy; did you mean 'plant'?
3:8: plant is empty; write the name of the plant
5:3: 'control room' is no name for a zone; use letters, digits, '-', '_' and '.'
6:21: level of zone 'control' is '7'; write 0 or 1 or 2 or 3 or 3.5 or 4 or 5
6:58: host 'eng-1': '10.1.0' is no IP address; write one such as 10.1.0.11, or a range such as 10.1.0.0/24
6:73: host 'eng-2': 10.1.0.12 is already the address of 'hmi-2' (line 6); keep one of the two
6:84: 'hmi-2' is already on line 6; keep one of the two
7:29: target of zone 'hall' is 'SL-9'; write SL-0 or SL-1 or SL-2 or SL-3 or SL-4
7:85: host 'cells': '10.3.0.1/24': the range begins at 10.3.0.0; write 10.3.0.0/24
8:3: zone 'empty' has no hosts; write \`hosts: { hmi-1: 10.1.0.11 }\`
10:84: range of tag 'speed': 1210 is greater than 807; write the least value first
11:73: range of tag 'flow': this is 70000 in the device, outside uint16; write values within 0..6553.5
12:62: step of tag 'press' is 0; write a number greater than 0
13:3: tag 'level' overlaps tag 'press' (line 12); correct one address, or its type
14:16: at of tag 'valve': no host 'plc-9'; did you mean 'plc-7'?
15:15: at of tag 'temp': no protocol 'modbuss'; did you mean 'modbus'?
16:46: type of tag 'gain': no type 'uint17'; did you mean 'uint16'?
17:15: at of tag 'bias': 'holdin' is no Modbus space; there are coil, discrete, input, holding, file, fifo, identity
18:60: scale of tag 'ramp' is 0; write what one count in the device is worth, such as 0.1
21:5: the conduit has no owner; write \`owner:\` and who answers for it
21:11: from: no host or zone 'contrl'; did you mean 'control'?
25:13: review is '2027-02-30'; write a day as YYYY-MM-DD, such as 2027-05-01
27:9: unknown key 'raed' in a rule; did you mean 'read'?
28:16: no tag 'sped'; did you mean 'speed'?
29:16: the write rule: holding addresses are 0 to 65535, zero-based as on the wire
31:9: read changes no value, so it takes no 'range'; leave it out
33:15: rate is '6 per minute'; write a number from 1 to 10000 and a time, such as 6/min (s, min, h or day)
34:9: 'stop' is no rule; write \`stop: anything\`, or name its objects
35:9: downloads have a key of the conduit; write \`download: allow\` (or permit) beside from and to
36:19: function is 'ninety'; write a function code such as 0x5a, or with its sub-function 0x5a/0x10
38:9: the rule has two verbs, 'write' and 'read'; write two rules
39:13: refuse is 'ignore'; write answer or drop or reset
46:14: station: '300' is no Modbus unit; units are 0 to 255
48:16: tag 'good' is at plc-7, where this conduit does not lead; add it to \`to\`
51:9: 'step' needs a tag; define one for holding 1-9 under tags: and name it here
53:15: listen is 'localhost'; write an address and a port, such as \`listen: 127.0.0.1:1502\` or \`listen: "[::1]:1502"\`
54:35: to: 'hall' is a zone; name one of its hosts
54:65: port is '0'; write a whole number from 1 to 65535
`;

function problemsOf(text: string): string[] {
  const { problems } = readPolicy(text, 'plant.yaml', [modbus], '2026-11-21');
  return problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

test('39 distinct mistakes give 39 messages', () => {
  const expected = MESSAGES.trim().split('\n');
  assert.equal(expected.length, 39);
  assert.deepEqual(problemsOf(MISTAKES), expected);
});

test('a mistake in a definition is told where it is, and not again where the name is used', () => {
  const text = `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, plc: 10.0.0.300 } } }
tags: { t: { at: plc modbus holding 1, type: uint16 } }
conduits:
  - { from: a, to: plc, protocol: modbus, reason: r, owner: o, review: 2027-01-01, allow: [{ write: t }] }
`;
  assert.deepEqual(problemsOf(text), [
    "3:42: host 'plc': '10.0.0.300' is no IP address; write one such as 10.1.0.11, or a range such as 10.1.0.0/24",
  ]);
});

test('what is no YAML is told at its place', () => {
  const [first] = problemsOf('cofferdam: 1\nplant: "open\n');
  assert.match(first ?? '', /^3:1: this is no YAML: .*; correct it, and mind the indentation$/);
  assert.match(
    problemsOf('cofferdam: 1\nplant: *none\n').join(),
    /^2:8: no anchor '&none' stands before this; write the value itself$/,
  );
  assert.match(problemsOf('')[0] ?? '', /^1:1: the policy is empty; write a map/);
  assert.match(problemsOf('- a\n')[0] ?? '', /^1:1: the policy is a list; write a map/);
});

test('a message is one line, whatever it repeats', () => {
  const [message] = problemsOf('cofferdam: "a\\n\\nb\\u001b[31mc"\nplant: P\n');
  assert.equal(message, "1:12: version 'a b [31mc' of the language is not known; write `cofferdam: 1`");
});

test('a few lines that stand for millions are not followed', () => {
  const lines = ['cofferdam: 1', 'plant: P', 'about: &a0 x'];
  for (let i = 1; i < 40; i++) lines.push(`k${i}: &a${i} [*a${i - 1}, *a${i - 1}]`);
  const began = computed();
  assert.ok(problemsOf(lines.join('\n')).length > 0);
  const many = `cofferdam: 1\nplant: &p P\nzones: { z: { hosts: { h: 10.0.0.1 } } }\nconduits: &c\n  - from: [${'*p, '.repeat(2000)}]\n`;
  assert.ok(problemsOf(many).some(message => message.includes('more than 100 aliases')));
  assert.ok(computed() - began < 5000);
  assert.match(problemsOf('['.repeat(10_000))[0] ?? '', /nested too deeply/);
});

test('of many thousands of mistakes the first are told, and how many there are', () => {
  const tags = Array.from(
    { length: 400 },
    (_, i) => `  tag.${i}: { at: plc modbus holding ${i}, type: int16 }\n`,
  );
  const head = `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, plc: 10.0.0.2 } } }
tags:
${tags.join('')}conduits:
  - from: a
    to: plc
    protocol: modbus
    reason: r
    owner: o
    review: 2027-01-01
    allow:
`;
  const rules = Array.from({ length: 30_000 }, (_, i) => `      - write: tog.${i}\n`);
  const began = computed();
  const told = problemsOf(head + rules.join(''));
  assert.equal(told.length, 201);
  assert.match(told[0]!, /^413:16: no tag 'tog\.0'; did you mean 'tag\.0'\?$/);
  assert.equal(told[200], '613:16: this and 29799 more are not told; mend those above, then check again');
  const quotes = problemsOf(`cofferdam: 1\n${'"\n'.repeat(200_000)}`);
  assert.match(quotes[200]!, /: this and \d+ more are not told/);
  const [long] = problemsOf(`cofferdam: 1\nplant: P\n${'x'.repeat(100_000)}: 1\n`);
  assert.ok(long!.length < 1100);
  assert.ok(computed() - began < 10_000);
});

test('a review that is past is a warning', () => {
  const text = `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, b: 10.0.0.2 } } }
conduits:
  - { from: a, to: b, protocol: modbus, reason: r, owner: o, review: 2026-01-31, allow: [{ read: anything }] }
`;
  const { policy, problems } = readPolicy(text, 'plant.yaml', [modbus], '2026-11-21');
  assert.deepEqual(problems, []);
  assert.deepEqual(policy?.warnings, [
    {
      file: 'plant.yaml',
      line: 5,
      column: 70,
      message: 'the review was due on 2026-01-31; review the conduit and write the next date',
    },
  ]);
});

test('files that are no policies', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'plant.yaml');
  await writeFile(file, Buffer.from([0x63, 0xff, 0xfe, 0x00]));
  await assert.rejects(loadPolicy(file), {
    code: 'COFFERDAM_POLICY',
    message: /not UTF-8 text; save it as UTF-8/,
  });
  await writeFile(file, Buffer.alloc((1 << 20) + 1, 0x20));
  await assert.rejects(loadPolicy(file), { code: 'COFFERDAM_POLICY', message: /at most 1048576/ });
  await assert.rejects(loadPolicy(join(folder, 'none.yaml')), { code: 'ENOENT' });
  assert.ok(parsePolicy(' '.repeat(1 << 21), file).problems.length === 1);
});

/** Messages about `rules`, each with the number of its rule. */
function problemsOfRules(protocol: string, list: string, rules: readonly string[]): string[] {
  const text = `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, b: 10.0.0.2 } } }
conduits:
  - from: a
    to: b
    protocol: ${protocol}
    reason: r
    owner: o
    review: 2027-01-31
    ${list}:
${rules.map(rule => `      - ${rule}\n`).join('')}`;
  return parsePolicy(text, 'plant.yaml').problems.map(({ line, message }) => `${line - 11} ${message}`);
}

test('functions by number', () => {
  const problems = (protocol: string, ...functions: string[]) =>
    problemsOfRules(
      protocol,
      'allow',
      functions.map(text => `function: ${text}`),
    );
  assert.deepEqual(
    problems('s7comm', '4', '0x28', '15', 'jop 4', 'userdata', 'userdata 15/1', 'job 0x1a', 'userdata 4/1'),
    [
      "1 function is '4', which S7comm has in several kinds; write `function: job 4` ('read variable') or `function: userdata 4` ('CPU function')",
      "2 function is '0x28', which S7comm has in several kinds; write `function: job 0x28` ('PI service')",
      "3 function is '15', which S7comm has in several kinds; write `function: job 15` or `function: userdata 15` ('NC programming')",
      "4 functions of S7comm are of no kind 'jop'; did you mean 'job'?",
      "5 function is 'userdata'; write job or userdata and a function code, such as 4 or 4/1",
      "6 function userdata 15/1 is 'NC request download', a download; write `download: allow` (or permit) at the conduit",
      "7 function job 0x1a is 'request download', a download; write `download: allow` (or permit) at the conduit",
    ],
  );
  assert.deepEqual(problems('modbus', 'job 4', '0x5a/0x30', '0x5a'), [
    '1 functions of Modbus/TCP are of one kind; write `function: 4`',
    "2 function 0x5a/0x30 is 'INITIALIZE_UPLOAD', a download; write `download: allow` (or permit) at the conduit",
  ]);
});

test('numbers that no function can have', () => {
  const problems = (protocol: string, ...functions: string[]) =>
    problemsOfRules(
      protocol,
      'deny',
      functions.map(text => `function: ${text}`),
    );
  assert.deepEqual(problems('modbus', '0x1ff', '300/7', '3/7', '90/300', '128', '127', '8/65535', '90/255'), [
    "1 function is '0x1ff'; codes of Modbus/TCP are 0 to 127 (0x7f)",
    "2 function is '300'; codes of Modbus/TCP are 0 to 127 (0x7f)",
    "3 function is '3/7', but this function of Modbus/TCP has no sub-functions; write `function: 3`",
    "4 function is '90/300'; sub-functions of 90 are 0 to 255 (0xff)",
    "5 function is '128'; codes of Modbus/TCP are 0 to 127 (0x7f)",
  ]);
  assert.deepEqual(problems('s7comm', 'job 0x28/1', 'job 256', 'userdata 16', 'userdata 4/256', '4/1'), [
    "1 function is 'job 0x28/1', but this function of S7comm has no sub-functions; write `function: job 0x28`",
    "2 function is 'job 256'; codes of job functions of S7comm are 0 to 255 (0xff)",
    "3 function is 'userdata 16'; codes of userdata functions of S7comm are 0 to 15 (0xf)",
    "4 function is 'userdata 4/256'; sub-functions of userdata 4 are 0 to 255 (0xff)",
    "5 function is '4/1', which S7comm has in several kinds; write `function: userdata 4/1` ('read SZL')",
  ]);
});

test('verbs that no function has', () => {
  assert.deepEqual(
    problemsOfRules('modbus', 'allow', ['stop: holding 3', 'operate: anything', 'identify: anything']),
    [
      "1 only functions of a vendor's own have the verb 'stop' in Modbus/TCP; allow them by number, such as `function: 90/65` (STOP_PLC)",
      "2 no function of Modbus/TCP has the verb 'operate'; there are: identify, read, diagnose, write, fileread, filewrite, configure, restart, mode",
    ],
  );
  assert.deepEqual(
    problemsOfRules('modbus', 'deny', ['stop: anything', 'stop: holding 3', 'firmware: anything']),
    [
      '2 stop has no object; write `stop: anything`',
      "3 no function of Modbus/TCP has the verb 'firmware'; there are: connect, authenticate, identify, browse, read, diagnose, write, fileread, filewrite, configure, start, stop, restart, mode, upload, download, activate",
    ],
  );
  const [firmware] = problemsOfRules('s7comm', 'allow', ['firmware: anything']);
  assert.match(firmware!, /there are: connect, .*, upload, activate, delete$/);
  const s7 = ['identify', 'restart', 'stop', 'report', 'settime', 'delete'].map(verb => `${verb}: anything`);
  assert.deepEqual(problemsOfRules('s7comm', 'allow', s7), []);
});

test('reason and owner are words', () => {
  const text = `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, b: 10.0.0.2 } } }
conduits:
  - { from: a, to: b, protocol: modbus, reason: "-", owner: 5, review: 2027-01-31, allow: { read: anything } }
`;
  assert.deepEqual(problemsOf(text), [
    "5:49: reason is '-'; write why it exists, in a sentence",
    "5:61: owner is '5'; write who answers for it",
  ]);
});

test('a mistaken S7 object is no tag', () => {
  const text = `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, b: 10.0.0.2 } } }
conduits:
  - { from: a, to: b, protocol: s7comm, reason: r, owner: o, review: 2027-01-31, allow: { write: [DB1.DBB0-9, d.b] } }
`;
  const [first, second] = parsePolicy(text, 'plant.yaml').problems;
  assert.match(first!.message, /^the write rule: .*DB1\.DBB0-9/);
  assert.match(second!.message, /^no tag 'd\.b'; define it under tags:$/);
});

test('what may change a program, allowed by its number, is a warning where programs need a permit', () => {
  const policy = (download: string, functions: string) => `cofferdam: 1
plant: P
zones: { z: { hosts: { a: 10.0.0.1, b: 10.0.0.2 } } }
conduits:
  - from: a
    to: b
    protocol: modbus
    reason: r
    owner: o
    review: 2099-01-31
    allow: [{ function: ${functions} }]
    download: ${download}
`;
  const warnings = (text: string) => readPolicy(text, 'plant.yaml', [modbus], '2026-11-21').policy?.warnings;
  const names = {
    '0x5a/0x21': 'WRITE_MEMORY_BLOCK',
    '0x5a/0x29': 'WRITE_PHYSICAL_ADDRESS',
    '0x5a/0x36': 'BACKUP',
    '0x5a/0x38': 'SIGNED_RESERVED',
    '0x5a/0x50': 'MONITOR_PLC',
  };
  for (const [number, name] of Object.entries(names)) {
    const [warning, ...others] = warnings(policy('permit', number))!;
    assert.deepEqual(others, []);
    assert.match(warning!.message, new RegExp(`function ${number} \\(${name}\\) can change the program`));
    assert.deepEqual(warnings(policy('allow', number)), []);
  }
  assert.match(warnings(policy('permit', '0x5a'))![0]!.message, /SIGNED_RESERVED/, 'all of UMAS');
  assert.deepEqual(warnings(policy('permit', '0x5a/0x23')), []);
});
