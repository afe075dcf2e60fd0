/**
 * `cofferdam process` as its user has it: captures of a station that polls a controller, learned from and watched.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ACK, bytes, Dialogue, pcap, type Record, SYN, u16 } from '../packet/capture-bytes.fixture.ts';
import { pressures } from '../process/testing.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const HOUR = 3600;

const POLICY = `cofferdam: 1
plant: Gas station
zones:
  control: { level: 2, hosts: { hmi-1: 10.0.0.1 } }
  hall: { level: 1, hosts: { plc-1: 10.0.0.2 } }
tags:
  pressure: { at: plc-1 modbus input 4, type: uint16, scale: 0.01, unit: bar, range: [45, 55] }
  valve: { at: plc-1 modbus holding 7, type: uint16, scale: 0.1, unit: "%" }
conduits:
  - from: hmi-1
    to: plc-1
    protocol: modbus
    reason: operators watch the pressure
    owner: operations
    review: 2027-05-01
    allow:
      - read: anything
`;

let folder = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
  const all = pressures(3, 6 * HOUR);
  const later = all.slice(4 * HOUR);
  // Two recorded minutes are played to the station, and an hour later the plant leaves its range.
  later.set(later.slice(1000, 1120), 3000);
  for (let i = 6000; i < 6010; i++) later[i] = 57;
  await writeFile(join(folder, 'plant.yaml'), POLICY);
  await writeFile(join(folder, 'monday.pcap'), capture(all.subarray(0, 4 * HOUR), 0));
  await writeFile(join(folder, 'tuesday.pcap'), capture(later, 4 * HOUR));
});
after(() => rm(folder, { recursive: true }));

/** A pcap of a station that polls inputs 3 to 4 once a second, and then writes `written` to holding register 7. */
function capture(values: Float64Array, from: number, written: readonly number[] = []): Uint8Array {
  const records: Record[] = [];
  const dialogue = new Dialogue(502);
  const send = (side: 0 | 1, seconds: number, payload?: Uint8Array, flags = ACK) => {
    records.push({ seconds, fraction: side * 2000, frame: dialogue.frame(side, payload, flags) });
  };
  const at = 1_790_000_000 + from;
  send(0, at, undefined, SYN);
  send(1, at, undefined, SYN | ACK);
  for (const [i, value] of values.entries()) {
    const head = (length: number) => bytes(u16(i & 0xffff), u16(0), u16(length), [1]);
    send(0, at + i, bytes(head(6), [4], u16(3), u16(2)));
    send(1, at + i, bytes(head(7), [4, 4], u16(0), u16(Math.round(value * 100))));
  }
  for (const value of written) {
    const write = bytes(u16(9), u16(0), u16(6), [1, 6], u16(7), u16(value));
    for (const side of [0, 1] as const) send(side, at + values.length, write);
  }
  return pcap(records);
}

function cofferdam(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'process', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}

const WITH = ['--policy', 'plant.yaml', '--profile', 'plant.json'];

test('what is learned from one capture finds a replay in another', () => {
  const learned = cofferdam('learn', ...WITH, 'monday.pcap');
  assert.equal(learned.err, '');
  assert.equal(learned.code, 0);
  assert.match(learned.out, /^pressure: 14400 readings by hmi-1 in 4 h, every 1 s\n {2}noise 0\.04/);
  assert.match(learned.out, /an exact replay is found after about \d\d s/);

  const watched = cofferdam('watch', ...WITH, '--ndjson', 'tuesday.pcap');
  assert.equal(watched.code, 0);
  const findings = watched.out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  const replay = findings.find(({ kind }) => kind === 'process.replay');
  const begun = 1_790_000_000 + 4 * HOUR + 3000;
  assert.ok(replay.from > begun && replay.from < begun + 60);
  assert.deepEqual(replay.subject, {
    server: 'plc-1',
    protocol: 'modbus',
    station: '1',
    client: 'hmi-1',
    object: 'pressure',
  });
  assert.ok(findings.some(({ kind }) => kind === 'process.range'));
  assert.ok(findings.every(({ kind, from }) => kind !== 'process.replay' || from >= begun));

  const text = cofferdam('watch', ...WITH, 'tuesday.pcap').out;
  assert.match(text, /^CRITICAL {2}Readings repeat earlier ones {2}\(process\.replay, T0856\)$/m);
  assert.match(text, /^ {2}Pressure, as hmi-1 reads it, repeats in its last \d+ readings/m);
  assert.match(text, new RegExp(`\\n${findings.length} findings in 7 200 readings of 1 tag\\n$`));
  assert.equal(cofferdam('show', 'plant.json').out, learned.out);
  assert.equal(cofferdam('watch', ...WITH, '--fail-on', 'critical', 'tuesday.pcap').code, 1);
  assert.equal(cofferdam('watch', ...WITH, '--fail-on', 'medium', 'monday.pcap').code, 0);
});

test('what an audit read beside the captures gives away who is told something else', async () => {
  const from = 1_790_000_000 + 4 * HOUR;
  const held = pressures(3, 6 * HOUR).slice(4 * HOUR);
  // An audit every ten seconds; for a while the controller holds 3 bar more than the operator is told.
  const write = async (name: string, lie: number) => {
    const lines = Array.from({ length: 700 }, (_, i) => {
      const value = held[i * 10]! + (i >= 500 && i < 510 ? lie : 0);
      return JSON.stringify({ time: from + i * 10 + 0.5, tag: 'pressure', value, source: 'audit' });
    });
    await writeFile(join(folder, name), ['no reading', ...lines, ''].join('\n'));
  };
  await write('honest.ndjson', 0);
  await write('lied.ndjson', 3);
  const watch = (name: string) => cofferdam('watch', ...WITH, '--readings', name, '--ndjson', 'tuesday.pcap');
  const disagreements = (out: string) =>
    out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
      .filter(({ kind }) => kind === 'process.disagreement');
  assert.deepEqual(disagreements(watch('honest.ndjson').out), []);
  const { out, err } = watch('lied.ndjson');
  const [finding, more] = disagreements(out);
  assert.match(
    finding.message,
    /^pressure, as audit reads it, is 5[234].* bar here, and (49|50|51).* to hmi-1$/,
  );
  assert.ok(finding.from >= from + 5000 && finding.to <= from + 5050, `${finding.to - from}`);
  assert.equal(more, undefined);
  assert.match(err, /NOTE lied\.ndjson: 700 readings beside those in the captures/);
  assert.match(err, /NOTE lied\.ndjson: lines that are no readings: 1/);
});

test('without a profile only ranges are watched', () => {
  const { out, code } = cofferdam('watch', '--policy', 'plant.yaml', 'tuesday.pcap');
  assert.equal(code, 0);
  assert.match(out, /^HIGH {2}Reading outside its range {2}\(process\.range, T0831\)$/m);
  assert.match(out, /^ {2}Pressure, as hmi-1 reads it, is 57 bar, outside 45 to 55\.$/m);
  assert.match(out, /\nNOTE never read here: valve\n1 finding in 7 200 readings of 1 tag\n$/);
});

test('what findings mark is not learned from', async () => {
  const findings = cofferdam('watch', ...WITH, '--ndjson', 'tuesday.pcap').out;
  await writeFile(join(folder, 'findings.ndjson'), findings);
  const args = ['learn', '--policy', 'plant.yaml', '--profile', 'other.json', '--except', 'findings.ndjson'];
  const [, readings] = /: (\d+) readings/.exec(cofferdam(...args, 'monday.pcap', 'tuesday.pcap').out) ?? [];
  assert.ok(Number(readings) < 6 * HOUR - 10);
});

test('a watch that saw nothing does not say that all is well', async () => {
  await writeFile(join(folder, 'elsewhere.yaml'), POLICY.replace('10.0.0.2', '10.0.0.3'));
  const elsewhere = ['watch', '--policy', 'elsewhere.yaml'];
  const { code, out, err } = cofferdam(...elsewhere, '--profile', 'plant.json', 'tuesday.pcap');
  assert.equal(code, 2);
  assert.match(err, /no tag of the policy is read in these captures, so nothing was watched/);
  assert.match(
    out,
    /^NOTE never read here, though the profile has it: pressure\nNOTE never read here: valve$/m,
  );
  assert.match(out, /\n0 findings in 0 readings of 0 tags\n$/);
  const lines = cofferdam(...elsewhere, '--ndjson', 'tuesday.pcap');
  assert.equal(lines.code, 2);
  assert.equal(lines.out, '');
  assert.match(lines.err, /NOTE never read here: pressure, valve\n/);
});

test('written values are said not to be judged', async () => {
  await writeFile(join(folder, 'written.pcap'), capture(new Float64Array([50]), 0, [500]));
  const { code, out } = cofferdam('watch', '--policy', 'plant.yaml', 'written.pcap');
  assert.equal(code, 0);
  assert.match(out, /^NOTE 1 written value was not judged: the policy holds them, in the gateway$/m);
});

test('a profile is written over nothing else, and kept where not all was read', async () => {
  const monday = await readFile(join(folder, 'monday.pcap'));
  await writeFile(join(folder, 'cut.pcap'), Buffer.concat([monday, Buffer.from([1, 2, 3])]));
  const before = await readFile(join(folder, 'plant.json'), 'utf8');
  const cases: [string, RegExp][] = [
    ['cut.pcap', /cut\.pcap: is read, and would be written over; choose another name for the profile/],
    ['plant.yaml', /plant\.yaml: is read, and would be written over/],
    ['tuesday.pcap', /tuesday\.pcap: is there and is no profile; choose another name/],
    ['nodir/p.json', /nodir\/p\.json: there is no folder nodir; make it/],
    ['plant.json', /plant\.json: the profile that is there stays, for not all was read/],
  ];
  for (const [profile, message] of cases) {
    const { code, err } = cofferdam('learn', '--policy', 'plant.yaml', '--profile', profile, 'cut.pcap');
    assert.equal(code, 2);
    assert.match(err, message);
  }
  assert.equal(await readFile(join(folder, 'plant.json'), 'utf8'), before);
  assert.equal(cofferdam('learn', '--policy', 'plant.yaml', '--profile', 'part.json', 'cut.pcap').code, 2);
  assert.equal(cofferdam('show', 'part.json').code, 0);
});

test('mistakes are told in one line, with what to do', async () => {
  await writeFile(
    join(folder, 'bad.json'),
    '{"cofferdam-process":1,"tags":[{"tag":"pressure","unit":"bar"}]}',
  );
  const short = JSON.parse(await readFile(join(folder, 'plant.json'), 'utf8'));
  short.tags[0].replay.counts.pop();
  await writeFile(join(folder, 'short.json'), JSON.stringify(short));
  const cases: [string[], RegExp][] = [
    [[], /process what\? write process learn, process watch or process show/],
    [['learn', '--policy', 'plant.yaml', 'monday.pcap'], /name the profile: --profile FILE/],
    [['watch', '--fail-on', 'bad', 'tuesday.pcap'], /--fail-on bad: write info, low, medium, high, critical/],
    [['watch', 'tuesday.pcap'], /name the policy: --policy FILE/],
    [['watch', '--policy', 'plant.yaml'], /no capture named/],
    [['watch', '--policy', 'plant.yaml', 'none.pcap'], /none\.pcap: no such file/],
    [['watch', ...WITH, '--readings', 'none', 'tuesday.pcap'], /none: no such file/],
    [['show', 'plant.yaml'], /plant\.yaml: is no JSON, so no profile; check the name, or learn it again/],
    [['show', 'bad.json'], /bad\.json: tag 'pressure', source is not text; learn the profile again/],
    [['show', 'short.json'], /tag 'pressure', replay\.counts is not a list of counts \(1024 of them\)/],
    [['learn', ...WITH, '--except', 'plant.yaml', 'monday.pcap'], /plant\.yaml:1: is no finding/],
  ];
  for (const [args, expected] of cases) {
    const { code, err } = cofferdam(...args);
    assert.equal(code, 2, err);
    assert.match(err, expected);
    assert.equal(err.trimEnd().split('\n').length, 1);
  }
});
