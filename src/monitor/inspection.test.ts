import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { capturePath, withoutCapture } from '../../test/captures.ts';
import { Operation } from '../operation/operation.ts';
import { Streams } from '../packet/streams.ts';
import { PROTOCOLS } from '../protocol/registry.ts';
import { Counting } from './counting.ts';
import { Current } from './current.ts';
import { describe as describeSummary } from './describe.ts';
import { digestOf } from './digest-of.fixture.ts';
import { inspectHere } from './inspect-here.ts';
import { Inspection } from './inspection.ts';
import { StreamDestination } from './output/destination.ts';
import type { Format } from './output/format.ts';
import { ndjson } from './output/ndjson.ts';
import { text } from './output/text.ts';
import { plantCapture } from './plant-capture.fixture.ts';
import { readAll } from './read-all.ts';
import { Session } from './session.ts';
import { mergeSummaries, type Summary } from './summary.ts';
import { inspectInWorkers } from './workers.ts';

let folder = '';
let file = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
  file = join(folder, 'plant.pcap');
  await writeFile(file, plantCapture());
});
after(() => rm(folder, { recursive: true }));

/** What is written of a capture in a format, and the summary with its digest. */
async function inspect(path: string, format: Format): Promise<[string, Summary]> {
  const chunks: Buffer[] = [];
  const to = new Writable({
    write(chunk, _encoding, done) {
      // Its bytes are used again.
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  const { summary } = await inspectHere({
    files: [path],
    digest: true,
    signal: new AbortController().signal,
    writing: { format, operations: true, flows: false, to: new StreamDestination(format, to, false) },
  });
  return [Buffer.concat(chunks).toString(), summary];
}

/** The digest of NDJSON. */
function digestOfText(ndjson: string): string {
  const lines = ndjson.split('\n').filter(line => line !== '');
  return digestOf(lines.map(line => JSON.parse(line)));
}

describe('inspection', () => {
  it('sums up by function, verb, pair and error', async () => {
    const inspection = new Inspection({ protocols: PROTOCOLS });
    assert.deepEqual(await readAll(inspection, [file]), []);
    const summary = inspection.finish();
    assert.equal(summary.packets, 8 * 2 + 8 * 20 * 2);
    assert.equal(summary.streams.connections, 8);
    const [modbus] = summary.protocols;
    assert.equal(modbus!.protocol, 'modbus');
    assert.equal(modbus!.sessions, 8);
    assert.equal(modbus!.messages, 320);
    assert.deepEqual(modbus!.verbs, { read: 256, write: 64 });
    assert.deepEqual(
      modbus!.functions.map(f => [f.code, f.name, f.requests, f.responses, f.operations, f.failed]),
      [
        [3, 'Read Holding Registers', 128, 128, 256, 0],
        [6, 'Write Single Register', 32, 32, 64, 16],
      ],
    );
    assert.deepEqual(
      modbus!.errors.map(e => [e.code, e.error, e.count]),
      [[6, 2, 16]],
    );
    assert.deepEqual(modbus!.anomalies, {});
    assert.equal(summary.pairs.length, 8);
    assert.deepEqual(summary.pairs[0], {
      client: '10.0.1.1',
      server: '10.0.2.1',
      protocol: 'modbus',
      operations: 40,
      failed: 2,
      verbs: { read: 32, write: 8 },
    });
  });

  it('says how much there was no room to count', () => {
    const current = new Current();
    const session = new Session(new Streams({ data() {}, held() {}, gap() {}, closed() {} }, 1));
    session.index = 0;
    current.sessions = [session];
    const counting = new Counting(PROTOCOLS, current);
    const op = new Operation();
    for (op.code = 0; op.code < 40_000; op.code++) counting.operation(op);
    const rows = counting.functions(0);
    const listed = rows.reduce((sum, f) => sum + f.operations + f.requests, 0);
    assert.equal(listed + counting.uncounted, 80_000);
    const inspection = new Inspection({ protocols: PROTOCOLS });
    const summary = { ...inspection.finish(), uncounted: counting.uncounted };
    assert.match(
      describeSummary(summary),
      /^ {2}\d\d \d{3} counts of errors and unknown functions found no room$/m,
    );
  });

  it('a merged summary does not depend on who met which protocol', async () => {
    const part = async (protocol: string): Promise<Summary> => {
      const inspection = new Inspection({ protocols: PROTOCOLS });
      await readAll(inspection, [file]);
      const summary = inspection.finish();
      return { ...summary, protocols: summary.protocols.map(one => ({ ...one, protocol })), pairs: [] };
    };
    const parts = [await part('modbus'), await part('s7comm'), await part('another')];
    const merged = mergeSummaries(parts);
    assert.deepEqual(mergeSummaries(parts.toReversed()), merged);
    assert.deepEqual(
      merged.protocols.map(({ protocol }) => protocol),
      ['another', 'modbus', 's7comm'],
    );
  });

  it('NDJSON has the documented fields', async () => {
    const [written] = await inspect(file, ndjson);
    const records = written
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    assert.equal(records.length, 320);
    assert.deepEqual(records[1], {
      time: 1001.001,
      flow: 1,
      protocol: 'modbus',
      client: '10.0.1.1:40000',
      server: '10.0.2.1:502',
      from: 'server',
      phase: 'response',
      station: '0',
      reference: 0,
      code: 3,
      function: 'Read Holding Registers',
      verb: 'read',
      outcome: 'ok',
      object: 'holding 100-101',
      space: 'holding',
      area: 0,
      address: 100,
      extent: 2,
      type: 'u16',
      values: [0, 0],
    });
    const refused = records.find(record => record.outcome === 'failed');
    assert.equal(refused.error, 2);
    assert.match(refused.errorName, /illegal data address/i);
  });

  it('text has a line for each operation, without control characters', async () => {
    const [written] = await inspect(file, text);
    const lines = written.trimEnd().split('\n');
    assert.equal(lines.length, 320);
    assert.equal(
      lines[0],
      '1970-01-01 00:16:41.000000  10.0.1.1:40000 > 10.0.2.1:502  modbus 0  Read Holding Registers  holding 100-101',
    );
  });

  it('the digest can be computed anew from NDJSON', async () => {
    const [written, { digest }] = await inspect(file, ndjson);
    assert.equal(digest, digestOfText(written));
  });

  const captures = [
    'modbus/modbus-quickdraw-part2.pcap',
    'modbus/modbus-plant-poll.pcap',
    'umas/umas-modicon-program.pcap',
    's7comm/s7comm-snap7-everything.pcap',
    's7comm/s7comm-wincc-s400.pcap',
  ];
  for (const name of captures) {
    it(`the digest of ${name} too`, { skip: withoutCapture(name) }, async () => {
      const [written, { digest, protocols }] = await inspect(capturePath(name), ndjson);
      const operations = protocols.reduce((sum, p) => sum + p.operations, 0);
      assert.equal(written.split('\n').length - 1, operations);
      assert.equal(digest, digestOfText(written));
    });
  }

  it('keeps no more output than a chunk of the capture makes, however slow its reader is', async () => {
    const large = join(folder, 'large.pcap');
    await writeFile(large, plantCapture(8, 4000));
    let written = 0;
    let most = 0;
    const to = new Writable({
      write(chunk, _encoding, done) {
        written += chunk.length;
        most = Math.max(most, chunk.length, to.writableLength);
        // Other work goes on before this reader takes the next chunk.
        setImmediate(done);
      },
    });
    await inspectHere({
      files: [large],
      digest: false,
      signal: new AbortController().signal,
      writing: {
        format: ndjson,
        operations: true,
        flows: false,
        to: new StreamDestination(ndjson, to, false),
      },
    });
    assert.ok(written > 15e6, `${written} bytes written`);
    assert.ok(most < 3e6, `${most} bytes waiting`);
  });

  it('workers that write nothing read captures of any size', async () => {
    const large = join(folder, 'large.pcap');
    await writeFile(large, plantCapture(8, 4000));
    const reading = { files: [large], digest: true, signal: new AbortController().signal };
    assert.deepEqual(await inspectInWorkers(reading, 2), await inspectHere(reading));
  });

  it('any number of workers gives the same', async () => {
    const [, alone] = await inspect(file, ndjson);
    for (const count of [1, 2, 3]) {
      const { summary, problems } = await inspectInWorkers(
        { files: [file], digest: true, signal: new AbortController().signal },
        count,
      );
      assert.deepEqual(problems, []);
      assert.deepEqual(summary, alone);
    }
  });
});
