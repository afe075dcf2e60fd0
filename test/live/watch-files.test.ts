import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
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
import { after, before, describe, it } from 'node:test';
import { plantCapture } from '../../src/monitor/plant-capture.fixture.ts';
import { Namespace, withoutNamespaces } from './namespace.ts';
import { send, Watching } from './watching.ts';

const MAIN = join(import.meta.dirname, '../../src/cli/main.ts');

/** Fields of times, and of numbers that are made of what differs from one reading to another. */
const PASSING = /time|^(first|last|start|end|flow|flow_id|uid|duration|age|packet|pcap_cnt)$/i;

/** Without what is different each time: when it was, and, in live traffic, the numbers of packets. */
function timeless(text: string): unknown {
  const ofTime = new Set(['time', 'first', 'last', 'packet', 'file', 'readsPerSecond', 'proof']);
  return JSON.parse(text, (name, value) => (ofTime.has(name) ? undefined : value));
}

describe('what cofferdam watch collects', { skip: withoutNamespaces() }, () => {
  let folder = '';
  let capture = '';
  let within: Namespace;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'cofferdam-held-'));
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

  const stored = (command: string) =>
    timeless(spawnSync(process.execPath, [MAIN, command, '--json', capture], { encoding: 'utf8' }).stdout);

  for (const workers of ['1', '3']) {
    it(`is what the commands say of the same packets, with ${workers} workers`, async () => {
      const kept = join(folder, workers);
      const [assets, tags] = [join(kept, 'assets.json'), join(kept, 'tags.json')];
      const watching = await Watching.start(within, [
        ...['--health', '1s', '--workers', workers, '--assets', assets, '--tags', tags],
        'b',
      ]);
      await watching.until(({ event }) => event === 'health');
      send(within, 'a', capture);
      await watching.stop();
      assert.deepEqual(timeless(readFileSync(assets, 'utf8')), stored('assets'));
      assert.deepEqual(timeless(readFileSync(tags, 'utf8')), stored('tags'));
      assert.deepEqual(readdirSync(kept).sort(), ['assets.json', 'tags.json']);
    });
  }

  it('is written in between, and its failing is told without an end to watching', async () => {
    const kept = join(folder, 'between');
    const path = join(kept, 'assets.json');
    // A folder by the file's name: nothing can take its place.
    const blocked = join(kept, 'tags.json');
    const args = ['--health', '1s', '--assets', path, '--tags', blocked, 'b'];
    mkdirSync(join(blocked, 'full'), { recursive: true });
    chmodSync(kept, 0o777);
    const watching = await Watching.start(within, args);
    send(within, 'a', capture);
    const told = await watching.until(({ notice }) => notice === 'tags');
    assert.match(String(told.text), /tags\.json: the tags could not be written/);
    assert.ok(existsSync(path));
    assert.deepEqual(readdirSync(kept).sort(), ['assets.json', 'tags.json']);
    watching.process.kill('SIGKILL');
  });

  /** What a watch with several workers prints of the capture. */
  async function printedLive(...options: readonly string[]): Promise<string> {
    const args = [MAIN, 'watch', '--workers', '2', ...options, 'b'];
    const process = within.start(globalThis.process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(process, 'close');
    let out = '';
    const started = Promise.withResolvers<void>();
    process.once('exit', code => started.reject(new Error(`it ended with ${code}`)));
    const heard = (text: string) => {
      if (/"started"|^watching/m.test(text)) started.resolve();
    };
    process.stdout!.on('data', data => {
      out += data;
      heard(out);
    });
    process.stderr!.on('data', data => heard(String(data)));
    await started.promise;
    send(within, 'a', capture);
    process.kill('SIGTERM');
    await closed;
    return out;
  }

  /** Records that differ in nothing but times, and what is made of them. */
  function records(text: string): string[] {
    const lines = text.trim().split('\n');
    const all = lines.map(line =>
      JSON.parse(line, (name, value) => (PASSING.test(name) ? undefined : value)),
    );
    const others = all.filter(({ event, event_type }) => event === undefined && event_type !== 'stats');
    return others.map(record => JSON.stringify(record));
  }

  for (const format of ['ndjson', 'eve', 'ocsf']) {
    it(`is printed as ${format}, in the order of time`, async () => {
      const live = await printedLive('--format', format, '--operations', '--flows');
      const args = [MAIN, 'inspect', '--format', format, '--operations', '--flows', capture];
      const { stdout } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.ok(stdout.length > 10_000);
      assert.deepEqual(records(live).sort(), records(stdout).sort());
      if (format === 'eve') {
        const { event_type, stats } = JSON.parse(live.trim().split('\n').at(-1)!);
        const { pkts } = stats.decoder;
        assert.deepEqual([event_type, stats.capture], ['stats', { kernel_packets: pkts, kernel_drops: 0 }]);
      }
      if (format !== 'ndjson') return;
      const operations = live.split('\n').filter(line => line.includes('"verb"'));
      const times = operations.map(line => JSON.parse(line).time as number);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    });
  }
});
