import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
// @ts-expect-error: the package comes without types
import NodeS7 from 'nodes7';
import { withoutPeer } from '../../../test/peers.ts';
import { ACK, pcap, type Record, tcpFrame } from '../../packet/capture-bytes.fixture.ts';
import {
  blockName,
  blockService,
  clock,
  readSzl,
  requestDownload,
  userdataRequest,
} from '../../protocol/s7comm/encode.ts';
import { Group } from '../../protocol/s7comm/functions.ts';
import type { Endpoint } from '../protocol-client.ts';
import { Random } from '../random.ts';
import { BlockType } from '../s7-block.ts';
import { connectS7, downloadBlock, readClock, writeTag } from '../s7-client.ts';
import { cascadeProgram, codeBlock } from './cascade-program.ts';
import { EngineeringStation } from './engineering-station.ts';
import { Historian } from './historian.ts';
import { type HallEndpoints, RotorHallNetwork } from './network.ts';
import { OperatorStation } from './operator-station.ts';
import { RotorHall } from './rotor-hall.ts';
import { DRIVE_TAGS, MONITOR } from './tags.ts';

const PLACES: HallEndpoints = {
  'plc-a': { address: '127.0.5.91', port: 0 },
  'plc-b': { address: '127.0.5.92', port: 0 },
  [MONITOR]: { address: '127.0.5.93', port: 0 },
};
const GUARD = codeBlock(BlockType.OB, 35, 'BE', 'GUARD');

async function open(t: test.TestContext): Promise<{ hall: RotorHall; places: HallEndpoints }> {
  const hall = new RotorHall({ seed: 4, start: Date.UTC(2026, 10, 21, 12, 34, 56) });
  const network = new RotorHallNetwork(hall);
  t.after(() => network.close());
  return { hall, places: await network.listen(PLACES) };
}

test('nodes7 reads the readings of a drive and writes its setpoint', async t => {
  const { hall, places } = await open(t);
  const client = new NodeS7({ silent: true });
  await new Promise<void>((resolve, reject) =>
    client.initiateConnection(
      { host: places['plc-b'].address, port: places['plc-b'].port, rack: 0, slot: 2 },
      (error?: unknown) => (error ? reject(error as Error) : resolve()),
    ),
  );
  t.after(() => new Promise<void>(resolve => client.dropConnection(() => resolve())));
  client.addItems(['DB2,REAL20', 'DB2,REAL24', 'DB2,X36.0', 'DB1,REAL8']);
  const { bad, values } = await new Promise<{ bad: boolean; values: { [item: string]: unknown } }>(resolve =>
    client.readAllItems((failed: boolean, read: { [item: string]: unknown }) =>
      resolve({ bad: failed, values: read }),
    ),
  );
  assert.equal(bad, false);
  const { frequency, vibration, setpoint } = DRIVE_TAGS[7]!;
  assert.equal(values['DB2,REAL20'], hall.value(frequency));
  assert.equal(values['DB2,REAL24'], hall.value(vibration));
  assert.equal(values['DB2,X36.0'], true);
  assert.equal(values['DB1,REAL8'], 1064);
  await new Promise<boolean>(resolve => {
    client.writeItems('DB1,REAL8', 1050, resolve);
  });
  assert.equal(hall.value(setpoint), 1050);
  hall.runUntil(30);
  assert.ok(Math.abs(hall.drives[7]!.turns - 1050) < 2);
});

test('operator and historian see what the devices hold, and lose nothing', async t => {
  const { hall, places } = await open(t);
  const operator = new OperatorStation('127.0.4.91', places, new Random(4));
  const historian = new Historian('127.0.4.92', places[MONITOR]);
  t.after(() => operator.close());
  t.after(() => historian.close());
  let adjustments = 0;
  for (let second = 1; second <= 400; second++) {
    hall.runUntil(second);
    const adjustment = await operator.round();
    await historian.round();
    if (adjustment === undefined) continue;
    assert.ok(adjustment.done);
    assert.equal(hall.value(adjustment.tag), Math.fround(adjustment.value));
    adjustments++;
  }
  assert.ok(adjustments >= 3);
  await operator.round();
  for (const { rotorSpeed, rotorVibration, ...tags } of DRIVE_TAGS) {
    for (const tag of Object.values(tags)) assert.equal(operator.reading(tag), hall.value(tag), tag.name);
    for (const tag of [rotorSpeed, rotorVibration])
      assert.equal(historian.reading(tag), hall.value(tag), tag.name);
  }
  assert.ok(operator.counts.undisturbed && historian.counts.undisturbed);
  assert.deepEqual(hall.watch.excursions, []);
});

test('the engineering station compares, and downloads a change that takes effect', async t => {
  const { hall, places } = await open(t);
  const engineer = new EngineeringStation('127.0.4.93', places['plc-a'], cascadeProgram());
  t.after(() => engineer.close());
  await engineer.look();
  assert.deepEqual(await engineer.compare(), []);
  assert.equal(await engineer.download([GUARD]), true);
  assert.deepEqual(await engineer.compare(), []);
  assert.deepEqual(hall.controllers['plc-a'].cpu.block(BlockType.OB, 35)?.bytes, GUARD.bytes);

  const other = await connectS7('127.0.4.94', places['plc-a']);
  t.after(() => other.close());
  await downloadBlock(other, codeBlock(BlockType.OB, 35, 'L 1\nBE', 'GUARD'));
  await downloadBlock(other, codeBlock(BlockType.FC, 77, 'BE', 'NEW'));
  await other.request(blockService(other.nextReference(), '_DELE', [blockName('FC', 35)]));
  assert.deepEqual(await engineer.compare(), [
    { block: 'OB35', what: 'changed' },
    { block: 'FC77', what: 'added' },
    { block: 'FC35', what: 'missing' },
  ]);
  assert.ok(engineer.counts.undisturbed);
});

test('protection, modes and clock; a clock that is set', async t => {
  const { hall, places } = await open(t);
  const client = await connectS7('127.0.4.95', places['plc-b']);
  t.after(() => client.close());
  const content = async (message: Uint8Array): Promise<string> =>
    String((await client.request(message)).items[0]!.values[0]);
  // Level 1 by selector, none by parameters, 1 in effect, selector at RUN-P.
  assert.match(
    await content(readSzl(client.nextReference(), 0x0232, 4)),
    /^0232000400280001 ?00040001000000010002/,
  );
  assert.equal((await client.request(readSzl(client.nextReference(), 0x0232, 7))).error, 0xd401);
  assert.match(await content(readSzl(client.nextReference(), 0x0424)), /ff08/);
  assert.equal((await readClock(client)).items[0]!.values[0], '00202611211234562007');
  const set = clock(new Date(Date.UTC(2027, 0, 2, 3, 4, 5, 678)));
  assert.equal((await client.request(userdataRequest(client.nextReference(), Group.time, 2, set))).error, 0);
  assert.equal(hall.controllers['plc-b'].cpu.clock, Date.UTC(2027, 0, 2, 3, 4, 5, 678));
  const wrong = [0, 0x20, 0x26, 0x13, 0x40, 0, 0, 0, 0, 1];
  assert.equal(
    (await client.request(userdataRequest(client.nextReference(), Group.time, 2, wrong))).error,
    0xdc01,
  );
});

test('nothing is active before it is linked in; what ends half-way, or is no block, leaves the old program', async t => {
  const { hall, places } = await open(t);
  const { cpu } = hall.controllers['plc-a'];
  const before = cpu.block(BlockType.OB, 35)!.bytes.slice();
  const insert = blockService(900, '_INSE', [blockName('OB', 35)]);

  // Announced, and the connection ends.
  const first = await connectS7('127.0.4.96', places['plc-a']);
  await first.request(
    requestDownload(first.nextReference(), '_0800035P', GUARD.bytes.length, GUARD.code.length),
  );
  first.close();
  const second = await connectS7('127.0.4.96', places['plc-a']);
  t.after(() => second.close());
  assert.equal((await second.request(insert)).error, 0xd209);
  assert.deepEqual(cpu.block(BlockType.OB, 35)!.bytes, before);

  // Another block than was announced, and bytes that are none.
  for (const bytes of [codeBlock(BlockType.OB, 36, 'BE', 'X').bytes, new Uint8Array(100)]) {
    assert.equal((await downloadBlock(second, { ...GUARD, bytes })).error, 0xd209);
    assert.deepEqual(cpu.block(BlockType.OB, 35)!.bytes, before);
  }
  hall.runUntil(5);
  assert.ok(cpu.running);
  assert.equal((await writeTag(DRIVE_TAGS[0]!.setpoint, 1060)(second)).error, 0);
});

test('tshark names transfers, services and lists of the hall’s controllers, and finds nothing malformed', {
  skip: withoutPeer('tshark'),
}, async t => {
  const { places } = await open(t);
  const { records, endpoint, close } = await recorder(places['plc-a']);
  t.after(close);
  const engineer = new EngineeringStation('127.0.4.97', endpoint, cascadeProgram());
  t.after(() => engineer.close());
  await engineer.look();
  assert.deepEqual(await engineer.compare(), []);
  assert.equal(await engineer.download([GUARD]), true);
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'hall.pcap');
  writeFileSync(file, pcap(records));
  const output = execFileSync(
    'tshark',
    ['-r', file, '-T', 'fields', '-e', '_ws.col.Info', '-e', '_ws.malformed'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  for (const name of [
    'Setup communication',
    'Start upload',
    'Upload',
    'End upload',
    'Request download',
    'Download block',
    'Download ended',
    '_INSE',
    'List blocks of type',
    'Read SZL',
    'Read clock',
  ]) {
    assert.ok(output.includes(name), `${name} in\n${output}`);
  }
  assert.doesNotMatch(output, /[Mm]alformed/);
});

/** Passes everything on to `upstream`, and records it as a capture on port 102. */
async function recorder(upstream: Endpoint) {
  const records: Record[] = [];
  const sequences = [1, 1];
  const take = (side: 0 | 1, payload: Uint8Array): void => {
    const [source, destination] = side === 0 ? ['10.0.0.1', '10.0.0.2'] : ['10.0.0.2', '10.0.0.1'];
    const [sourcePort, destinationPort] = side === 0 ? [40_000, 102] : [102, 40_000];
    const [sequence, acknowledgement] = [sequences[side]!, sequences[1 - side]!];
    const frame = tcpFrame({
      source,
      destination,
      sourcePort,
      destinationPort,
      sequence,
      acknowledgement,
      flags: ACK,
      payload,
    });
    records.push({ seconds: 1000 + records.length, fraction: 0, frame });
    sequences[side]! += payload.length;
  };
  const server = net.createServer({ noDelay: true }, client => {
    const device = net.connect({ host: upstream.address, port: upstream.port, noDelay: true });
    for (const [side, from, to] of [
      [0, client, device],
      [1, device, client],
    ] as const) {
      from.on('data', (chunk: Buffer) => {
        take(side, chunk);
        to.write(chunk);
      });
      from.on('error', () => {});
      from.on('close', () => to.destroy());
    }
  });
  const port = await new Promise<number>(resolve =>
    server.listen(0, '127.0.5.94', () => resolve((server.address() as net.AddressInfo).port)),
  );
  const close = (): void => void server.close();
  return { records, endpoint: { address: '127.0.5.94', port }, close };
}
