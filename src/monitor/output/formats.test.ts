import assert from 'node:assert/strict';
import { glob, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { capturePath, withoutCapture } from '../../../test/captures.ts';
import { PROTOCOLS } from '../../protocol/registry.ts';
import { healthOf } from '../health-report.ts';
import { inspectHere } from '../inspect-here.ts';
import { Inspection } from '../inspection.ts';
import { plantCapture } from '../plant-capture.fixture.ts';
import type { Summary } from '../summary.ts';
import { inspectInWorkers } from '../workers.ts';
import { FolderDestination, StreamDestination } from './destination.ts';
import { eve } from './eve.ts';
import type { Destination, Format } from './format.ts';
import { FORMATS } from './formats.ts';
import { ndjson } from './ndjson.ts';
import { OPERATION_SCHEMA } from './operation-schema.ts';
import { openParquet, parquet } from './parquet.ts';
import { zeek } from './zeek/zeek.ts';

let folder = '';
let plant = '';

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cofferdam-'));
  plant = join(folder, 'plant.pcap');
  await writeFile(plant, plantCapture(8, 60));
});
after(() => rm(folder, { recursive: true }));

const BOTH = { operations: true, flows: true };

/** Reads captures with so many workers, and writes where it is told to. */
async function write(
  format: Format,
  to: Destination,
  files: readonly string[],
  workers = 1,
  wanted = BOTH,
): Promise<Summary> {
  const reading = {
    files,
    digest: false,
    signal: new AbortController().signal,
    writing: { format, to, ...wanted },
  };
  const { summary } = workers > 1 ? await inspectInWorkers(reading, workers) : await inspectHere(reading);
  await to.end(summary, healthOf(summary));
  return summary;
}

/** Whatever JSON says. */
type Parsed = ReturnType<typeof JSON.parse>;

/** What a format that is one stream, or a folder, writes; by log. */
async function written(
  format: Format,
  files: readonly string[],
  workers = 1,
): Promise<Record<string, string>> {
  if (format.place === 'folder') {
    const into = await mkdtemp(join(folder, 'logs-'));
    await write(format, new FolderDestination(format, into), files, workers);
    const names = (await readdir(into)).sort();
    const texts = await Promise.all(names.map(name => readFile(join(into, name), 'latin1')));
    return Object.fromEntries(names.map((name, index) => [name, texts[index]!]));
  }
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      // Its bytes are used again.
      chunks.push(Buffer.from(chunk));
      done();
    },
  });
  await write(format, new StreamDestination(format, stream, true), files, workers);
  return { '': Buffer.concat(chunks).toString('utf8') };
}

async function lines(format: Format, file: string): Promise<Parsed[]> {
  const { '': text } = await written(format, [file]);
  return text!
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
}

/** All captures there are, in one reading; but those that are too much for a test. */
async function captures(): Promise<string[]> {
  const files: string[] = [];
  for await (const file of glob('{modbus,s7comm,s7comm-plus,mixed,umas}/*.pcap*', { cwd: capturePath() })) {
    files.push(capturePath(file));
  }
  return files.sort();
}

/** NDJSON of all of them, written once. */
let everything: Promise<[text: string, summary: Summary]> | undefined;

async function readEverything(): Promise<[text: string, summary: Summary]> {
  const chunks: Buffer[] = [];
  const to: Destination = { write: (_log, bytes) => void chunks.push(Buffer.from(bytes)), end() {} };
  const summary = await write(ndjson, to, await captures());
  return [Buffer.concat(chunks).toString('utf8'), summary];
}

describe('records of several workers', () => {
  const streams = FORMATS.filter(({ place }) => place !== 'file');
  for (const format of streams) {
    it(`are the same as those of one: ${format.name}`, async () => {
      const one = await written(format, [plant, plant]);
      for (const workers of [2, 3]) assert.deepEqual(await written(format, [plant, plant], workers), one);
    });
  }

  it('are the same over all captures', { skip: withoutCapture() }, async () => {
    const files = await captures();
    const one = await written(zeek, files);
    assert.ok(Object.keys(one).length > 10);
    assert.deepEqual(await written(zeek, files, 2), one);
    everything ??= readEverything();
    const [json] = await everything;
    const { '': three } = await written(ndjson, files, 3);
    // Its last line is of health.
    assert.ok(three!.startsWith(json) && three!.slice(json.length).startsWith('{"record":"health"'));
  });

  it('wait for whoever takes them', async () => {
    const large = join(folder, 'large.pcap');
    await writeFile(large, plantCapture(8, 4000));
    let [written, waiting, most] = [0, 0, 0];
    const to: Destination = {
      async write(_log, bytes) {
        written += bytes.length;
        waiting++;
        most = Math.max(most, waiting);
        await new Promise(resolve => setImmediate(resolve));
        waiting--;
      },
      end() {},
    };
    await write(ndjson, to, [large], 2, { operations: true, flows: false });
    assert.ok(written > 15e6, `${written} bytes written`);
    assert.equal(most, 1, 'pieces that were written at once');
  });
});

describe('NDJSON', () => {
  const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(OPERATION_SCHEMA);

  it('has the schema that the repository has', async () => {
    const kept = join(import.meta.dirname, '../../../schema/operation.schema.json');
    assert.deepEqual(JSON.parse(await readFile(kept, 'utf8')), OPERATION_SCHEMA);
    assert.equal(validate({ time: 1 }), false);
  });

  it('keeps to its schema in all captures', { skip: withoutCapture() }, async () => {
    everything ??= readEverything();
    const [text] = await everything;
    let operations = 0;
    for (const line of text.trimEnd().split('\n')) {
      const record = JSON.parse(line);
      if (record.record !== undefined) continue;
      operations++;
      assert.ok(validate(record), `${JSON.stringify(validate.errors)} in ${line}`);
    }
    assert.ok(operations > 50_000, `${operations} operations`);
  });
});

describe('flows', () => {
  it('tell of each connection what was said in it', async () => {
    const records = await lines(ndjson, plant);
    const flows = records.filter(({ record }) => record === 'flow');
    assert.equal(flows.length, 8);
    const { communityId, ...first } = flows[0]!;
    assert.match(communityId, /^1:[\w+/]{27}=$/);
    assert.deepEqual(first, {
      record: 'flow',
      time: 1000,
      end: 1060.001,
      flow: 1,
      transport: 'tcp',
      clientAddress: '10.0.1.1',
      clientPort: 40_000,
      serverAddress: '10.0.2.1',
      serverPort: 502,
      protocol: 'modbus',
      named: '',
      state: 'S1',
      history: 'ShDd',
      packets: { client: 61, server: 61 },
      bytes: { client: 61 * 40 + 60 * 12, server: 61 * 40 + 48 * 13 + 6 * 12 + 6 * 9 },
      payload: { client: 60 * 12, server: 48 * 13 + 6 * 12 + 6 * 9 },
      flags: { client: 18, server: 18 },
      operations: 120,
      anomalies: 0,
      opaque: 0,
      retransmissions: 0,
      gaps: 0,
      gapBytes: 0,
      decodedBytes: 60 * 12 + 48 * 13 + 6 * 12 + 6 * 9,
      notUnderstoodBytes: 0,
      unrecognisedBytes: 0,
    });
    const numbers = new Set(records.filter(({ verb }) => verb !== undefined).map(({ flow }) => flow));
    assert.deepEqual(
      [...numbers].sort((a, b) => a - b),
      flows.map(({ flow }) => flow),
    );
    assert.equal(records.at(-1)!.record, 'health');
  });

  it('account for all packets and bytes', { skip: withoutCapture() }, async () => {
    everything ??= readEverything();
    const [text, summary] = await everything;
    const flows = text
      .trimEnd()
      .split('\n')
      .filter(line => line.startsWith('{"record":"flow"'))
      .map(line => JSON.parse(line));
    const sum = (of: (flow: Parsed) => number) => flows.reduce((all, flow) => all + of(flow), 0);
    const health = healthOf(summary);
    assert.equal(
      sum(({ packets }) => packets.client + packets.server),
      summary.kinds.tcp + summary.kinds.udp,
    );
    assert.equal(
      sum(({ operations }) => operations),
      summary.protocols.reduce((all, one) => all + one.operations, 0),
    );
    for (const field of [
      'decodedBytes',
      'notUnderstoodBytes',
      'unrecognisedBytes',
      'gaps',
      'gapBytes',
    ] as const) {
      assert.equal(
        sum(flow => flow[field]),
        health[field],
        field,
      );
    }
  });
});

describe('EVE', () => {
  const modbus = 'modbus/modbus-diagnostics.pcap';

  it('has the events of Suricata, by its names', async () => {
    const events = await lines(eve, plant);
    const kinds = Map.groupBy(events, ({ event_type }) => event_type);
    assert.deepEqual([...kinds.keys()].sort(), ['flow', 'modbus', 'stats']);
    for (const { timestamp } of events) {
      assert.match(timestamp, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d+[+-]\d+$/);
    }
    const { flow_id, community_id, ...request } = kinds.get('modbus')![0]!;
    assert.deepEqual(request, {
      timestamp: '1970-01-01T00:16:41.000000+0000',
      pcap_cnt: 17,
      event_type: 'modbus',
      src_ip: '10.0.1.1',
      src_port: 40_000,
      dest_ip: '10.0.2.1',
      dest_port: 502,
      proto: 'TCP',
      ip_v: 4,
      pkt_src: 'wire/pcap',
      modbus: {
        request: {
          transaction_id: 0,
          protocol_id: 0,
          unit_id: 0,
          function_raw: 3,
          function_code: 'RdHoldRegs',
          access_type: 'READ | HOLDING',
          category: 'PUBLIC_ASSIGNED',
          error_flags: 'NONE',
          read: { address: 100, quantity: 2 },
        },
      },
      cofferdam: {
        function: 'Read Holding Registers',
        verb: 'read',
        outcome: 'asked',
        object: 'holding 100-101',
      },
    });
    const flow = kinds.get('flow')![0]!;
    assert.equal(flow.flow_id, flow_id);
    assert.equal(flow.community_id, community_id);
    assert.equal(flow.flow.pkts_toserver, 61);
    const refused = kinds.get('modbus')!.find(({ modbus }) => modbus.response?.exception !== undefined)!;
    assert.equal(refused.modbus.response.function_raw, 0x86);
    assert.deepEqual(refused.modbus.response.exception, { raw: 2, code: 'IllegalDataAddr' });
    assert.equal(kinds.get('stats')![0]!.stats.decoder.pkts, 976);
  });

  it('has an event for each anomaly', { skip: withoutCapture(modbus) }, async () => {
    const events = await lines(eve, capturePath(modbus));
    const anomalies = events.filter(({ event_type }) => event_type === 'anomaly');
    const marked = events.flatMap(event => event.cofferdam?.anomalies ?? []);
    assert.deepEqual(
      anomalies.map(({ anomaly }) => anomaly.event),
      events
        .filter(({ modbus }) => modbus !== undefined)
        .flatMap(({ cofferdam }) => cofferdam.anomalies ?? []),
    );
    assert.ok(marked.length > 0);
  });
});

describe("Zeek's logs", () => {
  const snap7 = 's7comm/s7comm-snap7-everything.pcap';

  /** Rows by the names that the log's own header gives. */
  function rows(text: string): Record<string, string>[] {
    const all = text.trimEnd().split('\n');
    const fields = all
      .find(line => line.startsWith('#fields'))!
      .split('\t')
      .slice(1);
    const types = all
      .find(line => line.startsWith('#types'))!
      .split('\t')
      .slice(1);
    assert.equal(types.length, fields.length);
    assert.match(all[0]!, /^#separator \\x09$/);
    assert.match(all.at(-1)!, /^#close\t\d{4}(-\d\d){5}$/);
    return all
      .filter(line => !line.startsWith('#'))
      .map(line => {
        const cells = line.split('\t');
        assert.equal(cells.length, fields.length, line);
        return Object.fromEntries(fields.map((name, index) => [name, cells[index]!]));
      });
  }

  it('join by uid', async () => {
    const logs = await written(zeek, [plant]);
    const conn = rows(logs['conn.log']!);
    const uids = new Set(rows(logs['modbus.log']!).map(({ uid }) => uid));
    assert.deepEqual(
      conn.map(({ uid }) => uid),
      [...uids],
    );
    assert.match(conn[0]!.uid!, /^C[0-9A-Za-z]{17}$/);
    const [detailed] = rows(logs['modbus_detailed.log']!);
    assert.equal(detailed!.func, 'READ_HOLDING_REGISTERS');
    assert.equal(detailed!.address, '100');
    assert.equal(detailed!.quantity, '2');
    assert.equal(detailed!.matched, 'F');
    assert.equal(rows(logs['cofferdam_health.log']!)[0]!.operations, '960');
  });

  // What icsnpp-s7comm's own test expects of the same exchange (its baseline analyzer.snap7).
  it('have of S7comm what ICSNPP has', { skip: withoutCapture(snap7) }, async () => {
    const logs = await written(zeek, [capturePath(snap7)]);
    const shown = rows(logs['s7comm.log']!).map(row =>
      ['rosctr_name', 'pdu_reference', 'function_code', 'function_name', 'subfunction_code', 'error_code']
        .map(name => row[name])
        .join(' '),
    );
    for (const line of [
      'User-Data 1 0x44 Request: CPU Functions 0x01 -',
      'User-Data 1 0x84 Response: CPU Functions 0x01 0x00',
      'Job-Request 8 0x1d Start Upload - -',
      'User-Data 11 0x83 Response: Block Functions 0x03 0xd209',
      'Job-Request 28 0x29 PLC Stop - -',
      'Job-Request 29 0x28 PLC Control _MODU -',
    ]) {
      assert.ok(shown.includes(line), line);
    }
    const szl = rows(logs['s7comm_read_szl.log']!).map(row => `${row.method} ${row.szl_id} ${row.szl_index}`);
    assert.ok(szl.includes('Request 0x0131 0x0001'));
    const [upload] = rows(logs['s7comm_upload_download.log']!);
    assert.equal(upload!.filename, '_0B00000A');
    assert.equal(upload!.block_type, 'System Data Block');
  });
});

describe('Parquet', () => {
  it('is the table of what NDJSON says', async () => {
    const path = join(folder, 'plant.parquet');
    const to = await parquet.file!(path);
    await write(parquet, to, [plant], 2, { operations: true, flows: false });
    const file = await asyncBufferFromFile(path);
    const table = await parquetReadObjects({ file });
    const expected = (await lines(ndjson, plant)).filter(({ record }) => record === undefined);
    assert.equal(table.length, expected.length);
    for (const [index, row] of table.entries()) {
      const cells = Object.entries(row).filter(([, value]) => value !== null && value !== undefined);
      const plain = cells.map(([name, value]) => [
        name,
        value instanceof Date ? value.getTime() / 1000 : typeof value === 'bigint' ? Number(value) : value,
      ]);
      const { time, ...rest } = expected[index]!;
      assert.deepEqual(Object.fromEntries(plain), { ...rest, time: Math.round(time * 1000) / 1000 });
    }
    const { key_value_metadata: metadata } = await parquetMetadataAsync(file);
    assert.equal(JSON.parse(metadata![0]!.value!).packets, 976);
  });

  it('has a column for each field of a flow', async () => {
    const path = join(folder, 'flows.parquet');
    await write(parquet, await parquet.file!(path), [plant], 1, { operations: false, flows: true });
    const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    const flow = (await lines(ndjson, plant)).find(({ record }) => record === 'flow')!;
    const fields = Object.keys(flow).filter(name => name !== 'record');
    assert.deepEqual(
      schema.slice(1).map(({ name }) => name),
      fields,
    );
  });

  it('goes on in another file when the index of one is as large as it may be', async () => {
    const to = await openParquet(join(folder, 'long.parquet'), 1);
    const lines = (count: number) => Buffer.from('{"time":1,"flow":1,"verb":"read"}\n'.repeat(count));
    // Two row groups, and five rows.
    for (let i = 0; i < 4; i++) await to.write(0, lines(4096));
    await to.write(0, lines(5));
    const summary = new Inspection({ protocols: PROTOCOLS }).finish();
    await to.end(summary, healthOf(summary));
    const counts = ['long.parquet', 'long-2.parquet', 'long-3.parquet'].map(async name => {
      const { num_rows } = await parquetMetadataAsync(await asyncBufferFromFile(join(folder, name)));
      return Number(num_rows);
    });
    assert.deepEqual(await Promise.all(counts), [8192, 8192, 5]);
  });
});
