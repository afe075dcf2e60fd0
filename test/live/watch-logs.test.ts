import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { plantCapture } from '../../src/monitor/plant-capture.fixture.ts';
import { Namespace, withoutNamespaces } from './namespace.ts';
import { send, Watching } from './watching.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');
const LATER = /^([a-z0-9_]+)\.\d{4}(-\d\d){5}(-\d+)?\.log$/;

describe("Zeek's logs of cofferdam watch", { skip: withoutNamespaces() }, () => {
  let folder = '';
  let capture = '';
  let within: Namespace;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cofferdam-logs-'));
    // It is not root that writes there.
    chmodSync(folder, 0o755);
    capture = join(folder, 'plant.pcap');
    writeFileSync(capture, plantCapture());
    within = new Namespace();
    within.cable('a', 'b');
  });
  after(() => {
    within?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const watching = (into: string, ...args: readonly string[]) =>
    Watching.start(within, ['--format', 'zeek', '--operations', '--flows', '--into', into, ...args, 'b']);

  /** Records by log, without when they were and what is made of that; all logs must be whole. */
  function records(of: string): Record<string, string[]> {
    const all: Record<string, string[]> = {};
    for (const file of readdirSync(of).sort()) {
      const name = LATER.exec(file)?.[1] ?? file.replace('.log', '');
      if (name === 'cofferdam_health') continue;
      const lines = readFileSync(join(of, file), 'utf8').split('\n');
      assert.equal(lines[0], '#separator \\x09', file);
      assert.match(lines.at(-2)!, /^#close\t\d{4}(-\d\d){5}$/, file);
      assert.equal(lines.at(-1), '', file);
      const fields = lines
        .find(line => line.startsWith('#fields'))!
        .split('\t')
        .slice(1);
      const rows = lines.filter(line => line !== '' && !line.startsWith('#')).map(line => line.split('\t'));
      for (const row of rows) assert.equal(row.length, fields.length, file);
      const passing = new Set(['ts', 'uid', 'duration']);
      const text = rows.map(row => row.filter((_, i) => !passing.has(fields[i]!)).join('\t'));
      all[name] = [...(all[name] ?? []), ...text].sort();
    }
    return all;
  }

  function inspected(): Record<string, string[]> {
    const into = join(folder, 'inspected');
    const args = ['inspect', '--format', 'zeek', '--operations', '--flows', '--into', into, capture];
    const { status, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    const all = records(into);
    rmSync(into, { recursive: true });
    return all;
  }

  for (const workers of ['1', '3']) {
    it(`are those of the same packets in a capture, with ${workers} workers`, async () => {
      const into = join(folder, `logs-${workers}`);
      const it = await watching(into, '--workers', workers);
      send(within, 'a', capture);
      await it.stop();
      assert.deepEqual(records(into), inspected());
      assert.ok(readdirSync(into).every(file => LATER.test(file)));
    });
  }

  it('get names with their time, and begin anew', async () => {
    const into = join(folder, 'rotated');
    const it = await watching(into, '--rotate', '1s', '--health', '1s');
    send(within, 'a', capture);
    // Two reports are a second apart.
    await it.until(({ event, packets }) => event === 'health' && Number(packets) > 0);
    await it.until(({ event }) => event === 'health', it.told.length);
    send(within, 'a', capture);
    await it.stop();
    const files = readdirSync(into);
    assert.ok(files.every(file => LATER.test(file)));
    assert.ok(files.filter(file => file.startsWith('modbus.')).length > 1);
    assert.equal(records(into).modbus!.length, 2 * inspected().modbus!.length);
  });

  it('are made whole where it was killed', async () => {
    const into = join(folder, 'killed');
    const it = await watching(into, '--health', '1s');
    send(within, 'a', capture);
    await it.until(({ event, packets }) => event === 'health' && Number(packets) > 0);
    it.process.kill('SIGKILL');
    await once(it.process, 'close');
    assert.ok(readdirSync(into).includes('modbus.log'));
    appendFileSync(join(into, 'modbus.log'), '1799049610.0500');
    await (await watching(into)).stop();
    assert.deepEqual(records(into).modbus, inspected().modbus);
    assert.ok(readdirSync(into).every(file => LATER.test(file)));
  });
});
