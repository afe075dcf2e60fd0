import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { withoutPeer } from '../../test/peers.ts';
import { plantCapture } from '../monitor/plant-capture.fixture.ts';
import { parsePolicy } from '../policy/parse.ts';

const MAIN = join(import.meta.dirname, 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
const captures = join(folder, 'captures');
const capture = join(captures, 'plant.pcap');
mkdirSync(captures);
writeFileSync(capture, plantCapture());
after(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
}

describe('cofferdam assets', () => {
  it('prints a block for each device', () => {
    const { status, stdout } = run('assets', capture);
    assert.equal(status, 0);
    assert.match(
      stdout,
      /^10\.0\.2\.1 {2}controller\?\n {2}hardware {4}02:00:0a:00:02:01 {2}made up locally/m,
    );
    assert.match(
      stdout,
      /likely {6}operator station: reads from and does write at 2 servers in Modbus\/TCP \[packet \d+\]/,
    );
    assert.match(stdout, /serves {6}modbus on TCP port 502, stations 0 \[packet 18\]/);
  });

  it('takes a folder for the captures in it, as inspect does', () => {
    for (const command of ['assets', 'tags']) {
      const alone = run(command, capture);
      const { status, stdout, stderr } = run(command, captures);
      assert.equal(status, 0, stderr);
      assert.equal(stdout, alone.stdout);
      assert.match(stderr, /^cofferdam: 336 packets; modbus: 320 operations of [^\n]+\n$/);
    }
  });

  it('draws what Graphviz draws, with the zones of a policy', { skip: withoutPeer('graphviz') }, () => {
    const proposed = run('assets', '--propose-policy', capture);
    const { policy, problems } = parsePolicy(proposed.stdout, 'proposed.yaml');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      [...policy!.zones.values()].map(({ name, level }) => [name, level]),
      [
        ['control', 1],
        ['supervision', 2],
      ],
    );
    const file = join(folder, 'plant.yaml');
    writeFileSync(file, proposed.stdout);
    const { stdout } = run('assets', '--dot', '--policy', file, capture);
    const { status, stdout: svg } = spawnSync('dot', ['-Tsvg'], { input: stdout, encoding: 'utf8' });
    assert.equal(status, 0);
    assert.equal(svg.match(/class="node"/g)!.length, 8);
    assert.equal(svg.match(/class="edge"/g)!.length, 8);
    assert.equal(svg.match(/class="cluster"/g)!.length, 2);
    // The control room above the plant: y grows downwards, from a bottom of 0.
    const y = (name: string) => Number(new RegExp(`>${name}<[^]*?y="([-.0-9]+)"`).exec(svg)![1]);
    assert.ok(y('10.0.1.1') < y('10.0.2.1'));
  });

  it('writes GraphML that an XML parser takes', { skip: withoutPeer('xmllint') }, () => {
    const { stdout } = run('assets', '--graphml', capture);
    const parsed = spawnSync('xmllint', ['--xpath', 'count(//*[local-name()="edge"])', '-'], {
      input: stdout,
      encoding: 'utf8',
    });
    assert.deepEqual([parsed.status, parsed.stdout.trim()], [0, '8']);
  });

  it('tells what is wrong with its options in one line', () => {
    for (const args of [
      [],
      ['--json', '--dot', capture],
      ['--policy', 'x.yaml', capture],
      ['--all', '--json', capture],
    ]) {
      const { status, stderr } = run('assets', ...args);
      assert.deepEqual([status, stderr.trim().split('\n').length], [2, 1]);
    }
  });
});

describe('cofferdam tags', () => {
  it('prints a table for each station', () => {
    const { status, stdout } = run('tags', capture);
    assert.equal(status, 0);
    assert.match(stdout, /^10\.0\.2\.1 modbus 0\n {2}object +type +latest +least/m);
    assert.match(stdout, /^ {2}holding 40 +u16 /m);
    assert.match(stdout, /refused by the devices\n/);
  });

  it('marks what is outside the range that a policy gives', () => {
    const file = join(folder, 'tags.yaml');
    writeFileSync(
      file,
      `cofferdam: 1
plant: test
zones:
  hall: { level: 1, hosts: { plc-1: 10.0.2.1 } }
tags:
  level: { at: plc-1 modbus unit 0 holding 100, type: uint16, scale: 0.1, unit: m, range: [0, 1.5] }
`,
    );
    const { status, stdout, stderr } = run('tags', '--policy', file, capture);
    assert.match(stderr, /^cofferdam: 336 packets; [^\n]+\n$/);
    assert.equal(status, 0);
    assert.match(stdout, /^ {2}holding 100 .* level$/m);
    // Values 0 to 18 without every fifth: three are above 15.
    assert.match(stdout, /^ {2}level +1\.8 +0 +1\.8 +m +0 to 1\.5 +\d+ +\d+ OUTSIDE$/m);
  });

  it('writes a line for each object as NDJSON and CSV', () => {
    const json = run('tags', '--ndjson', capture)
      .stdout.trim()
      .split('\n')
      .map(line => JSON.parse(line));
    const csv = run('tags', '--csv', capture).stdout.trim().split('\r\n');
    assert.equal(csv.length, json.length + 1);
    assert.ok(json.every(({ object, reads, writes }) => object !== '' && reads + writes > 0));
  });
});
