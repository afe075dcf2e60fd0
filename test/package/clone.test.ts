/**
 * The command of a clone that was not built: it runs the sources, from any folder, with the Node that the clone brings.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
/** A Node that is too old, where there is one. */
const OLD = (process.env.PATH ?? '')
  .split(delimiter)
  .filter(path => !path.includes('node_modules'))
  .map(path => join(path, 'node'))
  .find(path => existsSync(path) && Number(/\d+/.exec(execFileSync(path, ['--version']).toString())) < 26);

const POLICY = `cofferdam: 1
plant: Clone
zones: { control: { level: 2, hosts: { hmi-1: 127.0.0.1 } }, hall: { level: 1, hosts: { plc-7: 127.0.0.2 } } }
listeners: [{ listen: 127.0.0.1:1502, to: plc-7, protocol: modbus }]
`;

let clone: string;
let elsewhere: string;
let bin: string;

before(() => {
  clone = mkdtempSync(join(tmpdir(), 'cofferdam-clone-'));
  elsewhere = join(clone, 'elsewhere');
  mkdirSync(elsewhere);
  cpSync(join(ROOT, 'bin'), join(clone, 'bin'), { recursive: true });
  cpSync(join(ROOT, 'package.json'), join(clone, 'package.json'));
  symlinkSync(join(ROOT, 'src'), join(clone, 'src'));
  symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
  writeFileSync(join(elsewhere, 'plant.yaml'), POLICY);
  bin = join(clone, 'bin/cofferdam.cjs');
});
after(() => rmSync(clone, { recursive: true }));

for (const [name, node] of [
  ['a new Node', process.execPath],
  ['an old Node', OLD],
] as const) {
  const skip = node === undefined ? 'no Node older than 26 on this machine' : false;

  test(`it runs the sources with ${name}, and names are those of the folder that one is in`, { skip }, () => {
    const ran = (...args: string[]) => spawnSync(node!, [bin, ...args], { cwd: elsewhere, encoding: 'utf8' });
    const { status, stdout, stderr } = ran('--version');
    assert.equal(stderr, '');
    assert.equal(status, 0);
    assert.match(stdout, /^cofferdam \d+\.\d+\.\d+\n$/);
    cpSync(join(ROOT, 'docs/example/monday.pcap'), join(elsewhere, 'mine.pcap'));
    assert.equal(ran('detect', 'mine.pcap').status, 0);
    assert.equal(ran('detect', 'none.pcap').status, 2);
  });

  test(`it ends when it is told to, with ${name}`, { skip }, async () => {
    const listen = ['--listen', 'plc-7/modbus=127.0.0.1:0'];
    const args = [bin, 'gateway', '--policy', join(elsewhere, 'plant.yaml'), ...listen];
    const child = spawn(node!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      if (!out.includes('protects') && (out + text).includes('protects')) child.kill('SIGTERM');
      out += text;
    });
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.match(out, /protects Clone/);
  });
}

test('a clone that was not set up says how', () => {
  rmSync(join(clone, 'node_modules'));
  const { status, stderr } = spawnSync(process.execPath, [bin, '--version'], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /^cofferdam: this clone is not set up yet; run `npm ci` in .+\n$/);
});
