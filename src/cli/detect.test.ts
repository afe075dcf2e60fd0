import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ACK, pcap, type Record, SYN, tcpFrame } from '../packet/capture-bytes.fixture.ts';
import { diagnostics, readRequest } from '../protocol/modbus/encode.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

let folder = '';
let usual = '';
let listenOnly = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
  usual = join(folder, 'usual.pcap');
  listenOnly = join(folder, 'listen-only.pcap');
  await writeFile(usual, capture(40_000, [readRequest({ transaction: 1, unit: 1 }, 3, 0, 4)]));
  await writeFile(listenOnly, capture(40_001, [diagnostics({ transaction: 2, unit: 1 }, 4, [0])]));
});
after(() => rm(folder, { recursive: true }));

/** A connection on which a client asks. */
function capture(sourcePort: number, requests: readonly Uint8Array[]): Uint8Array {
  let sequence = 1;
  const records: Record[] = [{ seconds: 1000, frame: tcpFrame({ sourcePort, sequence: 0, flags: SYN }) }];
  for (const payload of requests) {
    records.push({ seconds: 1001, frame: tcpFrame({ sourcePort, sequence, flags: ACK, payload }) });
    sequence += payload.length;
  }
  return pcap(records);
}

function detect(args: readonly string[], input?: Uint8Array): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, 'detect', ...args]);
    let [out, err] = ['', ''];
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

describe('cofferdam detect', () => {
  it('says that there is nothing, and in how much', async () => {
    const { code, out, err } = await detect(['--fail-on', 'info', usual]);
    assert.equal(code, 0);
    assert.match(err, /^cofferdam: 2 packets; modbus: 1 operation of 12 bytes, [^\n]+\n$/);
    assert.match(
      out,
      /^No findings in 1 operation of 1 pair of hosts, 2 packets, 1 s\.\nWhat is new .*baseline/,
    );
  });

  it('prints a finding a line, and fails where one is as severe as told', async () => {
    for (const [level, expected] of [
      ['high', 1],
      ['critical', 0],
    ] as const) {
      const { code, out } = await detect(['--ndjson', '--fail-on', level, '-'], await readFile(listenOnly));
      assert.equal(code, expected);
      const finding = JSON.parse(out);
      assert.equal(finding.kind, 'detect.silenced');
      assert.deepEqual(finding.subject, { client: '10.0.0.1', server: '10.0.0.2', protocol: 'modbus' });
      assert.deepEqual([finding.from, finding.to, finding.count], [1001, 1001, 1]);
    }
  });

  it('learns a baseline, and tells what it does not know', async () => {
    const baseline = join(folder, 'usual.json');
    assert.equal((await detect(['--learn', baseline, usual])).code, 0);
    assert.equal((await detect(['--baseline', baseline, '--fail-on', 'info', usual])).code, 0);
    const { out } = await detect(['--baseline', baseline, '--json', listenOnly]);
    const { findings, muted, looked } = JSON.parse(out);
    assert.deepEqual(
      findings.map(({ kind }: { kind: string }) => kind),
      ['detect.engineering-session', 'detect.silenced', 'detect.new-function'],
    );
    assert.deepEqual(muted, []);
    assert.deepEqual(looked, { packets: 2, operations: 1, from: 1000, to: 1001, pairs: 1, learning: 0 });
    const both = join(folder, 'both.json');
    assert.equal((await detect(['--baseline', baseline, '--learn', both, listenOnly])).code, 0);
    assert.equal((await detect(['--baseline', both, '--ndjson', usual])).out, '');
  });

  it('reads several captures as one record', async () => {
    const { out } = await detect([usual, listenOnly]);
    assert.match(out, /^HIGH .*detect\.silenced/);
    assert.match(out, /in 2 operations of 1 pair of hosts, 4 packets/);
  });

  const mistakes: { readonly [what: string]: readonly [readonly string[], RegExp] } = {
    'no capture': [[], /detect: no capture named/],
    'two outputs': [['--json', '--ndjson', 'x'], /choose one/],
    'no such level': [['--fail-on', 'bad', 'x'], /--fail-on bad: write info, low, medium, high, critical/],
    'a file that is not there': [['/nowhere/x.pcap'], /\/nowhere\/x\.pcap: no such file/],
    'an option that there is not': [['--baselin', 'x'], /--baselin/],
  };
  for (const [what, [args, message]] of Object.entries(mistakes)) {
    it(`tells in one line: ${what}`, async () => {
      const { code, out, err } = await detect(args);
      assert.equal(code, 2);
      assert.equal(out, '');
      assert.match(err, message);
      assert.equal(err.trimEnd().split('\n').length, 1);
    });
  }

  it('tells a baseline that is none', async () => {
    const wrong = join(folder, 'wrong.json');
    await writeFile(wrong, '{');
    const { code, err } = await detect(['--baseline', wrong, usual]);
    assert.equal(code, 2);
    assert.match(err, /wrong\.json: this is no JSON, so no baseline; make it anew with/);
  });

  it('writes a baseline over nothing else, and tells so before it reads', async () => {
    const policy = join(folder, 'tuning.yaml');
    await writeFile(policy, 'learning: 14d\n');
    const copy = join(folder, 'copy.pcap');
    await writeFile(copy, await readFile(usual));
    const cases: [string, RegExp][] = [
      [copy, /copy\.pcap: is read, and would be written over; choose another name for the baseline/],
      [policy, /tuning\.yaml: is read, and would be written over/],
      [listenOnly, /listen-only\.pcap: is there and is no baseline; choose another name/],
      [folder, /: is a folder; name a file for the baseline/],
      ['/nowhere/u.json', /\/nowhere\/u\.json: there is no folder \/nowhere; make it, or choose another/],
    ];
    for (const [file, message] of cases) {
      const { code, out, err } = await detect(['--tuning', policy, '--learn', file, copy]);
      assert.equal(code, 2, file);
      assert.equal(out, '');
      assert.match(err, message);
    }
    assert.deepEqual(await readFile(copy), await readFile(usual));
  });

  it('keeps the baseline that is there where not all could be read', async () => {
    const kept = join(folder, 'kept.json');
    const cut = join(folder, 'cut-usual.pcap');
    await writeFile(cut, Buffer.concat([await readFile(listenOnly), Buffer.from([1, 2, 3])]));
    assert.equal((await detect(['--learn', kept, usual])).code, 0);
    const before = await readFile(kept, 'utf8');
    for (const capture of [import.meta.filename, cut]) {
      const { code, err } = await detect(['--learn', kept, capture]);
      assert.equal(code, 2);
      assert.match(err, /kept\.json: (not written|the baseline that is there stays, for not all was read)/);
      assert.equal(await readFile(kept, 'utf8'), before);
    }
    const part = join(folder, 'part.json');
    assert.equal((await detect(['--learn', part, cut])).code, 2);
    assert.equal((await detect(['--baseline', part, '--ndjson', listenOnly])).code, 0);
    const none = join(folder, 'none.json');
    assert.equal((await detect(['--learn', none, import.meta.filename])).code, 2);
    await assert.rejects(readFile(none));
    assert.equal((await detect(['--learn', kept, usual])).code, 0);
  });

  it('judges what could be read of a capture that is cut short', async () => {
    const cut = join(folder, 'cut.pcap');
    await writeFile(cut, Buffer.concat([await readFile(listenOnly), Buffer.from([1, 2, 3])]));
    const { code, out, err } = await detect([cut]);
    assert.equal(code, 2);
    assert.match(out, /detect\.silenced/);
    assert.match(err, /cut\.pcap: the capture is cut short/);
  });
});
