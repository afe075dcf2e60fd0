import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { plantCapture } from '../monitor/plant-capture.fixture.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let folder = '';
let file = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
  file = join(folder, 'plant.pcap');
  await writeFile(file, plantCapture());
});
after(() => rm(folder, { recursive: true }));

/** Bytes of the first `count` records of a pcap file. */
function recordsUntil(capture: Buffer, count: number): number {
  let at = 24;
  for (let i = 0; i < count; i++) at += 16 + capture.readUInt32LE(at + 8);
  return at - 24;
}

function inspect(args: readonly string[], input?: Uint8Array): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, 'inspect', ...args]);
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', text => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', text => {
      err += text;
    });
    child.on('error', reject);
    child.on('close', code => resolve({ code, out, err }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

describe('cofferdam inspect', () => {
  it('prints each operation as a line', async () => {
    const { code, out, err } = await inspect([file]);
    assert.equal(code, 0);
    // How much was seen is told always.
    assert.match(
      err,
      /^cofferdam: 336 packets; modbus: 320 operations of \d[\d ]* bytes, 0 bytes not understood; 0 gaps[^\n]*\n$/,
    );
    assert.equal(out.trimEnd().split('\n').length, 320);
  });

  it('reads standard input', async () => {
    const { code, out } = await inspect(['--ndjson', '-'], await readFile(file));
    assert.equal(code, 0);
    assert.equal(out.trimEnd().split('\n').length, 320);
  });

  it('sums up several files as one record of traffic', async () => {
    const { code, out } = await inspect(['--summary', '--json', '--digest', file, file]);
    assert.equal(code, 0);
    const { packets, digest } = JSON.parse(out);
    assert.equal(packets, 2 * 336);
    assert.match(digest, /^[0-9a-f]{16}$/);
    const text = await inspect(['--summary', file]);
    assert.match(text.out, /^336 packets/);
    assert.match(text.out, /Write Single Register/);
  });

  it('writes as much into a file as it reads, and one line where there is no room', async () => {
    const all = join(folder, 'all.ndjson');
    const many = Array<string>(200).fill(file);
    const written = await inspect(['--ndjson', '--output', all, ...many]);
    assert.equal(written.code, 0, written.err);
    assert.equal((await readFile(all, 'utf8')).split('\n').length - 1, 200 * 320);
    for (const options of [['--ndjson'], ['--ndjson', '--workers', '2'], ['--format', 'parquet']]) {
      const { code, err } = await inspect([...options, '--output', '/dev/full', ...many]);
      assert.equal(code, 2);
      assert.match(err, /^cofferdam: [^\n]+: no space left; make room, or write to another place\n$/);
    }
  });

  it('says in one line why records cannot be written there', async () => {
    for (const [options, said] of [
      [['--format', 'zeek', '--into', file], `${file}: is a file; name a folder`],
      [
        ['--output', join(folder, 'none', 'x')],
        `${join(folder, 'none')}: no such folder; make it first, or check the name`,
      ],
    ] as const) {
      assert.deepEqual(await inspect([...options, file]), { code: 2, out: '', err: `cofferdam: ${said}\n` });
    }
  });

  it('tells how much was seen where there was nothing to see', async () => {
    const empty = join(folder, 'empty.pcap');
    await writeFile(empty, (await readFile(file)).subarray(0, 24));
    const { code, err } = await inspect([empty]);
    assert.equal(code, 0);
    assert.match(err, /^cofferdam: 0 packets; no control protocol recognised; 0 gaps/);
  });

  it('reads the captures of a folder or pattern in the order of their packets, and says what it passed over', async () => {
    const days = join(folder, 'days');
    await mkdir(join(days, 'deeper'), { recursive: true });
    const whole = await readFile(file);
    // Two halves in the wrong order of names: only the right order of packets has no gaps.
    const half = 24 + recordsUntil(whole, 170);
    await writeFile(join(days, 'z.pcap'), whole.subarray(0, half));
    await writeFile(join(days, 'a.pcap'), Buffer.concat([whole.subarray(0, 24), whole.subarray(half)]));
    await writeFile(join(days, 'deeper', 'b.pcap'), whole);
    await writeFile(join(days, 'read.me'), 'no capture');
    const alone = JSON.parse((await inspect(['--json', '--digest', file])).out);
    for (const name of [days, join(days, '*')]) {
      const { code, out, err } = await inspect(['--json', '--digest', name]);
      assert.equal(code, 0);
      assert.deepEqual(JSON.parse(out), alone);
      assert.match(err, /^cofferdam: .*: passed over, since no captures: read\.me\n$/);
    }
    const deep = await inspect(['--json', join(days, '**/*.pcap')]);
    assert.equal(JSON.parse(deep.out).packets, 2 * 336);
    const two = await inspect(['--json', '--digest', '--workers', '2', days]);
    assert.deepEqual(JSON.parse(two.out), alone);
  });

  it('follows a capture that is being written, until a signal', async () => {
    const growing = join(folder, 'growing.pcap');
    const whole = await readFile(file);
    await writeFile(growing, whole.subarray(0, 5000));
    const child = spawn(process.execPath, [MAIN, 'inspect', '--follow', '--ndjson', growing]);
    let out = '';
    child.stdout.on('data', text => {
      out += text;
    });
    const ended = once(child, 'close');
    await once(child.stdout, 'data');
    await appendFile(growing, whole.subarray(5000, 12_345));
    const before = out.length;
    while (out.length === before) await once(child.stdout, 'data');
    await appendFile(growing, whole.subarray(12_345));
    while (out.trimEnd().split('\n').length < 320) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [143, null]);
  });

  it('sums up what it followed, at the signal', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    const child = spawn(process.execPath, [MAIN, 'inspect', '--follow', '--summary', file, empty]);
    let out = '';
    child.stdout.on('data', text => {
      out += text;
    });
    const ended = once(child, 'close');
    // It has read the file when it waits for the folder.
    const [said] = await once(child.stderr, 'data');
    assert.match(String(said), /^cofferdam: .*empty: has no captures yet; waiting for the first\n$/);
    child.kill('SIGINT');
    assert.deepEqual(await ended, [130, null]);
    assert.match(out, /^336 packets/);
  });

  it('gives the same with workers', async () => {
    const alone = await inspect(['--summary', '--json', '--digest', file]);
    const two = await inspect(['--summary', '--json', '--digest', '--workers', '2', file]);
    assert.equal(two.code, 0);
    assert.deepEqual(JSON.parse(two.out), JSON.parse(alone.out));
  });

  it('writes records with workers, into a file or a folder', async () => {
    const alone = await inspect(['--ndjson', '--operations', '--flows', '--health', file]);
    const output = join(folder, 'plant.ndjson');
    const two = ['--ndjson', '--operations', '--flows', '--health', '--workers', '2', '--output', output];
    assert.deepEqual(await inspect([...two, file]), { ...alone, out: '' });
    assert.equal(await readFile(output, 'utf8'), alone.out);
    assert.deepEqual(
      Object.entries(
        Object.groupBy(alone.out.trimEnd().split('\n'), line => JSON.parse(line).record ?? ''),
      ).map(([record, lines]) => [record, lines?.length]),
      [
        ['', 320],
        ['flow', 8],
        ['health', 1],
      ],
    );
    const into = join(folder, 'logs', 'of today');
    assert.equal((await inspect(['--format', 'zeek', '--into', into, file])).code, 0);
    assert.match(await readFile(join(into, 'modbus.log'), 'utf8'), /^#separator \\x09\n/);
    const again = await inspect(['--format', 'zeek', '--into', into, file]);
    assert.equal(again.code, 2);
    assert.match(again.err, /of today: has \w+\.log already; name an empty folder/);
  });

  it('tells the health of a reading in its summary', async () => {
    const { out } = await inspect(['--json', file]);
    const { health } = JSON.parse(out);
    assert.equal(health.packets, 336);
    assert.equal(health.notUnderstoodBytes, 0);
    assert.deepEqual(
      health.protocols.map(({ protocol }: { protocol: string }) => protocol),
      ['modbus'],
    );
  });

  it('prints what it could read of a capture that is cut short, then one line, and exits with 2', async () => {
    const cut = join(folder, 'cut.pcap');
    await writeFile(cut, (await readFile(file)).subarray(0, -5));
    for (const extra of [[], ['--workers', '2']]) {
      const { code, out, err } = await inspect(['--summary', ...extra, cut]);
      assert.equal(code, 2);
      assert.match(out, /^335 packets/);
      assert.match(err, /^cofferdam: .*cut\.pcap: the capture is cut short: [^\n]+\n$/);
    }
  });

  const mistakes: Record<string, [args: string[], message: RegExp]> = {
    'no file': [[], /no capture named/],
    'a file that is not there': [['/nowhere/x.pcap'], /\/nowhere\/x\.pcap: no such file/],
    'a folder without captures': [[join(import.meta.dirname)], /cli: has no captures in it/],
    'a pattern that nothing fits': [['/nowhere/*.pcap'], /\/nowhere\/\*\.pcap: has no captures in it/],
    'workers on a capture that is followed': [['--summary', '--workers', '2', '--follow', 'x'], /--follow/],
    'a file that is not there, behind one that is': [
      [MAIN, '/nowhere/x.pcap'],
      /\/nowhere\/x\.pcap: no such file/,
    ],
    'a file that is no capture': [[MAIN], /main\.ts: is not a capture/],
    'a summary of a file that is no capture': [['--summary', MAIN], /main\.ts: is not a capture/],
    'a summary of nothing, by workers': [
      ['--json', '--workers', '2', '/dev/null'],
      /\/dev\/null: is empty; check what wrote it/,
    ],
    'an option that does not exist': [['--nosuch', 'x'], /--nosuch/],
    'options that exclude each other': [['--ndjson', '--summary', 'x'], /choose one/],
    'no number of workers': [['--summary', '--workers', 'many', 'x'], /--workers many/],
    'a format that does not exist': [['--format', 'xml', 'x'], /there are text, ndjson/],
    'two formats': [['--ndjson', '--format', 'text', 'x'], /choose one/],
    'a folder for one file': [['--into', 'y', 'x'], /--output FILE/],
    'an output that is read': [['--output', MAIN, MAIN], /is read too/],
    'workers on standard input': [['--summary', '--workers', '2', '-'], /standard input/],
  };
  for (const [name, [args, message]] of Object.entries(mistakes)) {
    it(`${name}: one line, exit code 2`, async () => {
      const { code, out, err } = await inspect(args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, message);
      assert.match(err, /^cofferdam: [^\n]+\n$/);
    });
  }

  it('ends quietly when its reader goes away', async () => {
    const large = join(folder, 'large.pcap');
    await writeFile(large, plantCapture(8, 5000));
    const child = spawn(process.execPath, [MAIN, 'inspect', '--ndjson', large]);
    let err = '';
    child.stderr.on('data', text => {
      err += text;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise(resolve => child.on('close', resolve));
    assert.equal(code, 0);
    assert.equal(err, '');
  });

  it('ends at the first SIGINT though its reader has stalled', async () => {
    const large = join(folder, 'large.pcap');
    await writeFile(large, plantCapture(8, 5000));
    const child = spawn(process.execPath, [MAIN, 'inspect', '--ndjson', large]);
    // What comes is never taken.
    await once(child.stdout, 'readable');
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 130);
    child.stdout.destroy();
  });

  it('prints what it has on SIGINT and SIGTERM', async () => {
    for (const [signal, expected] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const child = spawn(process.execPath, [MAIN, 'inspect', '-']);
      let out = '';
      child.stdin.write(await readFile(file));
      child.stdout.on('data', text => {
        // What was read is printed at once, though more may come.
        if (out === '') child.kill(signal);
        out += text;
      });
      const code = await new Promise(resolve => child.on('close', resolve));
      assert.equal(code, expected);
      assert.equal(out.trimEnd().split('\n').length, 320);
    }
  });
});
