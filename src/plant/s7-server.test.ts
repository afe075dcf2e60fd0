import assert from 'node:assert/strict';
import test from 'node:test';
// @ts-expect-error: the package comes without types
import NodeS7 from 'nodes7';
import {
  blockName,
  blockService,
  job,
  plcStop,
  startController,
  userdataRequest,
} from '../protocol/s7comm/encode.ts';
import { Group } from '../protocol/s7comm/functions.ts';
import { driveProgram } from './compressor/drive-program.ts';
import { TAG } from './compressor/tags.ts';
import type { ProtocolClient } from './protocol-client.ts';
import { BlockType, makeBlock, readBlock } from './s7-block.ts';
import {
  connectS7,
  downloadBlock,
  listBlocks,
  listBlocksOf,
  readClock,
  readIdentification,
  readTags,
  uploadBlock,
  writeTag,
} from './s7-client.ts';
import { S7Controller } from './s7-controller.ts';
import { s7Server } from './s7-server.ts';

const ADDRESS = '127.0.2.92';
const IDENTITY = {
  order: '6ES7 315-2EH14-0AB0',
  station: 'TEST',
  module: 'CPU',
  serial: 'S 1',
  firmware: [3, 2, 6],
} as const;
const NOW = Date.UTC(2026, 10, 21, 12, 34, 56);

async function serve(t: test.TestContext): Promise<{ port: number; controller: S7Controller }> {
  const controller = new S7Controller(IDENTITY, driveProgram(), () => NOW);
  const server = s7Server(controller);
  const port = await server.listen(ADDRESS);
  t.after(() => server.close());
  return { port, controller };
}

async function connect(t: test.TestContext): Promise<{ client: ProtocolClient; controller: S7Controller }> {
  const { port, controller } = await serve(t);
  const client = await connectS7('127.0.1.92', { address: ADDRESS, port });
  t.after(() => client.close());
  return { client, controller };
}

test('nodes7 reads and writes data blocks, and is told what does not exist', async t => {
  const { port, controller } = await serve(t);
  const client = new NodeS7({ silent: true });
  await new Promise<void>((resolve, reject) =>
    client.initiateConnection({ host: ADDRESS, port, rack: 0, slot: 2 }, (error?: unknown) =>
      error ? reject(error as Error) : resolve(),
    ),
  );
  t.after(() => new Promise<void>(resolve => client.dropConnection(() => resolve())));
  client.addItems(['DB1,REAL0', 'DB1,REAL4', 'DB1,X8.0', 'DB2,REAL12']);
  const readAll = (): Promise<{ bad: boolean; values: Record<string, unknown> }> =>
    new Promise(resolve =>
      client.readAllItems((bad: boolean, values: Record<string, unknown>) => resolve({ bad, values })),
    );
  const { bad, values } = await readAll();
  assert.equal(bad, false);
  assert.equal(values['DB1,REAL0'], 1500);
  assert.equal(values['DB1,X8.0'], true);
  const writeBad = await new Promise<boolean>(resolve => {
    client.writeItems('DB1,REAL0', 1475.5, resolve);
  });
  assert.equal(writeBad, false);
  assert.equal(controller.get(TAG.speedSetpoint), 1475.5);
  await new Promise<boolean>(resolve => {
    client.writeItems('DB1,X8.0', false, resolve);
  });
  assert.equal(controller.get(TAG.driveRun), 0);
  client.addItems('DB77,REAL0');
  const missing = await readAll();
  assert.equal(missing.bad, true);
  assert.equal(missing.values['DB1,REAL0'], 1475.5, 'the connection lives on');
});

test('tags are read and written by the station’s own client', async t => {
  const { client, controller } = await connect(t);
  const answer = await readTags([TAG.speedSetpoint, TAG.driveRun])(client);
  assert.deepEqual(
    answer.items.map(item => item.values[0]),
    [1500, true],
  );
  assert.equal((await writeTag(TAG.speedSetpoint, 1450)(client)).error, 0);
  assert.equal((await writeTag(TAG.driveRun, 0)(client)).error, 0);
  assert.equal(controller.get(TAG.speedSetpoint), 1450);
  assert.equal(controller.get(TAG.driveRun), 0);
  const beyond = { ...TAG.speedSetpoint, place: { protocol: 's7comm', db: 1, byte: 100 } as const };
  assert.equal((await readTags([beyond])(client)).error, 5);
  assert.equal((await writeTag(beyond, 1)(client)).error, 5);
});

test('identification, clock and block lists', async t => {
  const { client } = await connect(t);
  const text = (hex: unknown): string => Buffer.from(String(hex), 'hex').toString('latin1');
  const identified = await readIdentification(client);
  assert.match(text(identified.items[0]!.values[0]), /6ES7 315-2EH14-0AB0/);
  const clock = await readClock(client);
  // Sunday is 1; 21 November 2026 is a Saturday.
  assert.equal(clock.items[0]!.values[0], '00202611211234560007');
  const counts = await listBlocks(client);
  // Two OBs, no FB, one FC, three DBs.
  assert.equal(counts.items[0]!.values[0], '303800023045000030430001304100033042000030440000' + '30460000');
  const list = await listBlocksOf(BlockType.DB)(client);
  assert.equal(list.items[0]!.values[0], '000122050002220500032205');
  assert.equal((await listBlocksOf(BlockType.SDB)(client)).error, 0xd20e);
});

test('a block is uploaded whole, downloaded, linked in and deleted', async t => {
  const { client, controller } = await connect(t);
  const parts: Uint8Array[] = [];
  assert.equal((await uploadBlock(BlockType.DB, 3, parts)(client)).error, 0);
  const uploaded = readBlock(Buffer.concat(parts));
  assert.equal(uploaded?.number, 3);
  assert.equal(new DataView(uploaded!.code.slice().buffer).getFloat32(0), 1575);
  assert.equal((await uploadBlock(BlockType.FB, 9)(client)).error, 0xd209);

  // Longer than one part, and with values that tell that it arrived in order.
  const values = Uint8Array.from({ length: 900 }, (_, i) => i % 251);
  const block = makeBlock(BlockType.DB, 200, values);
  assert.equal((await downloadBlock(client, block)).error, 0);
  assert.deepEqual(controller.block(BlockType.DB, 200)?.bytes, block.bytes);
  const again: Uint8Array[] = [];
  await uploadBlock(BlockType.DB, 200, again)(client);
  assert.deepEqual(Buffer.concat(again), Buffer.from(block.bytes));
  const remove = () => blockService(client.nextReference(), '_DELE', [blockName('DB', 200)]);
  assert.equal((await client.request(remove())).error, 0);
  assert.equal(controller.block(BlockType.DB, 200), undefined);
  assert.equal((await client.request(remove())).error, 0xd209);
});

test('stop and start; what this controller does not do is said in the protocol’s words', async t => {
  const { client, controller } = await connect(t);
  assert.equal((await client.request(plcStop(client.nextReference()))).error, 0);
  assert.equal(controller.running, false);
  assert.equal((await client.request(startController(client.nextReference()))).error, 0);
  assert.equal(controller.running, true);
  assert.equal((await client.request(job(client.nextReference(), [0x77]))).error, 0x8104);
  const security = userdataRequest(client.nextReference(), Group.security, 1, new Uint8Array(8));
  assert.equal((await client.request(security)).error, 0xd405);
  assert.ok(client.connected);
});
