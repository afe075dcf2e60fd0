/**
 * Clients of others work through the gateway unchanged: each reads, is refused a write in the protocol's words (as
 * it tells them to its user), and reads again on the same connection.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import jsmodbus from 'jsmodbus';
import modbusSerial, { ServerTCP } from 'modbus-serial';
// @ts-expect-error: the package comes without types
import NodeS7 from 'nodes7';
import { driveProgram } from '../../src/plant/compressor/drive-program.ts';
import { BlockType, makeBlock } from '../../src/plant/s7-block.ts';
import { connectS7, downloadBlock, uploadBlock } from '../../src/plant/s7-client.ts';
import { S7Controller } from '../../src/plant/s7-controller.ts';
import { s7Server } from '../../src/plant/s7-server.ts';
import { PYTHON, withoutPeer } from '../peers.ts';
import { type Live, live } from './live-stand.ts';
import { HMI, PLC, policyOf, policyText } from './stand.ts';

/** A gateway before a Modbus controller of another project, whose registers hold their own numbers. */
async function modbusStand(t: TestContext): Promise<Live & { written: number[] }> {
  const written: number[] = [];
  const port = await freePort();
  const server = new ServerTCP(
    {
      getHoldingRegister: (address: number) => address,
      setRegister: (address: number) => {
        written.push(address);
      },
    },
    { host: PLC, port, unitID: 1 },
  );
  await new Promise<void>(resolve => server.on('initialized', () => resolve()));
  t.after(() => new Promise<void>(resolve => server.close(() => resolve())));
  return { ...(await live(t, { modbus: port })), written };
}

/** The server of that project cannot tell which port the system chose for it. */
async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>(resolve => server.listen(0, PLC, resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise<unknown>(resolve => server.close(resolve));
  return port;
}

/** One session, one refusal. */
function assertSurvived({ gateway, events }: Live): void {
  assert.equal(gateway.counts.sessions, 1, 'one connection for all of it');
  assert.equal(gateway.counts.denied, 1);
  const verdicts = events.filter(e => e.event === 'verdict').map(e => `${e.verdict} ${e.verb} ${e.fate}`);
  assert.ok(verdicts.includes('deny write answered'), verdicts.join());
}

test('modbus-serial reads, is refused a write, reads again', async t => {
  const stand = await modbusStand(t);
  const client = new modbusSerial.default();
  await client.connectTCP('127.0.0.1', { port: stand.port('modbus'), localAddress: HMI });
  t.after(() => client.destroy(() => {}));
  client.setID(1);
  assert.deepEqual((await client.readHoldingRegisters(100, 3)).data, [100, 101, 102]);
  await assert.rejects(client.writeRegister(50, 1), { modbusCode: 1 });
  await client.writeRegister(45, 1);
  assert.deepEqual((await client.readHoldingRegisters(7, 1)).data, [7]);
  assert.deepEqual(stand.written, [45]);
  assertSurvived(stand);
});

test('jsmodbus reads, is refused a write, reads again, with requests under way together', async t => {
  const stand = await modbusStand(t);
  const socket = net.connect({ host: '127.0.0.1', port: stand.port('modbus'), localAddress: HMI });
  t.after(() => socket.destroy());
  const client = new jsmodbus.ModbusTCPClient(socket, 1);
  await new Promise(resolve => socket.once('connect', resolve));
  const first = client.readHoldingRegisters(100, 3);
  const refused = client.writeSingleRegister(50, 1).then(
    () => undefined,
    (error: { response: { body: { code: number } } }) => error.response.body.code,
  );
  const second = client.readHoldingRegisters(7, 1);
  assert.deepEqual((await first).response.body.valuesAsArray, [100, 101, 102]);
  assert.equal(await refused, 1);
  assert.deepEqual((await second).response.body.valuesAsArray, [7]);
  assert.deepEqual(stand.written, []);
  assertSurvived(stand);
});

test('pymodbus reads, is refused a write, reads again', { skip: withoutPeer('pymodbus') }, async t => {
  const stand = await modbusStand(t);
  const script = `
import json
from pymodbus.client import ModbusTcpClient
client = ModbusTcpClient("127.0.0.1", port=${stand.port('modbus')}, source_address=("${HMI}", 0))
client.connect()
print(json.dumps([
    client.read_holding_registers(100, 3, slave=1).registers,
    client.write_register(50, 1, slave=1).exception_code,
    client.read_holding_registers(7, 1, slave=1).registers,
]))
client.close()
`;
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', script], { timeout: 20_000 });
  assert.deepEqual(JSON.parse(stdout), [[100, 101, 102], 1, [7]]);
  assert.deepEqual(stand.written, []);
  assertSurvived(stand);
});

/** A gateway before a simulated S7 controller. */
async function s7Stand(t: TestContext, policy?: (text: string) => string) {
  const identity = { order: '6ES7 315-2EH14-0AB0', station: 'S', module: 'CPU', serial: 'S 1' };
  const controller = new S7Controller({ ...identity, firmware: [3, 2, 6] }, driveProgram(), Date.now);
  const server = s7Server(controller);
  const port = await server.listen(PLC);
  t.after(() => server.close());
  const text = policyText({ s7comm: port });
  return { ...(await live(t, {}, { policy: policyOf(policy?.(text) ?? text) })), controller };
}

test('nodes7 reads, is refused a write, reads again', async t => {
  const stand = await s7Stand(t);
  const client = new NodeS7({ silent: true });
  const endpoint = { host: '127.0.0.1', port: stand.port('s7comm'), localAddress: HMI, rack: 0, slot: 2 };
  const failed = await new Promise(resolve => client.initiateConnection(endpoint, resolve));
  assert.equal(failed, undefined);
  t.after(() => new Promise<void>(resolve => client.dropConnection(() => resolve())));
  client.addItems(['DB1,REAL0', 'DB2,REAL0']);
  const readAll = () =>
    new Promise<unknown[]>(resolve =>
      client.readAllItems((bad: boolean, values: Record<string, unknown>) =>
        resolve([bad, values['DB1,REAL0']]),
      ),
    );
  const write = (item: string, value: number) =>
    new Promise<boolean>(resolve => client.writeItems(item, value, resolve));
  assert.deepEqual(await readAll(), [false, 1500]);
  assert.equal(await write('DB2,REAL0', 9), true, 'anything bad? yes');
  assert.equal(await write('DB1,REAL0', 1475.5), false, 'anything bad? no');
  assert.deepEqual(await readAll(), [false, 1475.5]);
  assertSurvived(stand);
});

test('a block is downloaded and uploaded through the gateway where the policy allows it', async t => {
  const allow = (text: string) =>
    text.replace(
      '      - write: DB1 0-9',
      '      - write: DB1 0-9\n      - upload: anything\n    download: allow',
    );
  const { controller, port } = await s7Stand(t, allow);
  const client = await connectS7(HMI, { address: '127.0.0.1', port: port('s7comm') });
  t.after(() => client.close());
  const block = makeBlock(
    BlockType.DB,
    200,
    Uint8Array.from({ length: 900 }, (_, i) => i % 251),
  );
  assert.equal((await downloadBlock(client, block)).error, 0);
  assert.deepEqual(controller.block(BlockType.DB, 200)?.bytes, block.bytes);
  const parts: Uint8Array[] = [];
  assert.equal((await uploadBlock(BlockType.DB, 200, parts)(client)).error, 0);
  assert.deepEqual(Buffer.concat(parts), Buffer.from(block.bytes));
});

test('a download that is not allowed is refused at its first request, and the session lives', async t => {
  const { controller, port } = await s7Stand(t);
  const client = await connectS7(HMI, { address: '127.0.0.1', port: port('s7comm') });
  t.after(() => client.close());
  const block = makeBlock(BlockType.DB, 200, new Uint8Array(100));
  assert.notEqual((await downloadBlock(client, block)).error, 0);
  assert.equal(controller.block(BlockType.DB, 200), undefined);
  assert.notEqual((await downloadBlock(client, block)).error, 0, 'refused again: the session lives');
});
