import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import test from 'node:test';
import jsmodbus from 'jsmodbus';
import modbusSerial from 'modbus-serial';
import { modbusServer } from './modbus-server.ts';
import { ModbusUnit } from './modbus-unit.ts';
import type { Tag } from './tag.ts';

const ADDRESS = '127.0.2.91';
const IDENTITY = { vendor: 'Cofferdam', product: 'TEST-1', revision: '1.0' };

function tag(space: 'coil' | 'discrete' | 'input' | 'holding', address: number): Tag {
  const place = { protocol: 'modbus', station: 1, space, address } as const;
  const type = space === 'coil' || space === 'discrete' ? 'bool' : 'uint16';
  return { name: space, controller: 'c', place, type, scale: 1, unit: '', setting: true, meaning: '' };
}

/** A server with one unit: ten coils and discretes, twenty registers of each kind. */
async function serve(t: test.TestContext): Promise<{ port: number; unit: ModbusUnit }> {
  const unit = new ModbusUnit(1, [tag('coil', 9), tag('discrete', 9), tag('input', 19), tag('holding', 19)]);
  const server = modbusServer({ units: new Map([[1, unit]]), identity: IDENTITY });
  const port = await server.listen(ADDRESS);
  t.after(() => server.close());
  return { port, unit };
}

test('modbus-serial reads and writes every space, and is told what cannot be done', async t => {
  const { port, unit } = await serve(t);
  unit.inputs.set([100, 200, 65535]);
  unit.discretes.set([1, 0, 1]);
  // CommonJS: the class is the module, and its types say that it is the default.
  const client = new (modbusSerial as unknown as typeof modbusSerial.default)();
  await client.connectTCP(ADDRESS, { port });
  t.after(() => new Promise<void>(resolve => client.close(() => resolve())));
  client.setID(1);
  client.setTimeout(2000);

  assert.deepEqual((await client.readInputRegisters(0, 3)).data, [100, 200, 65535]);
  assert.deepEqual((await client.readDiscreteInputs(0, 3)).data.slice(0, 3), [true, false, true]);
  await client.writeRegister(3, 4711);
  await client.writeRegisters(4, [1, 2, 3]);
  assert.deepEqual((await client.readHoldingRegisters(3, 4)).data, [4711, 1, 2, 3]);
  await client.maskWriteRegister(3, 0xff00, 0x0034);
  assert.equal(unit.holdings[3], (4711 & 0xff00) | 0x34);
  await client.writeCoil(2, true);
  await client.writeCoils(5, [true, false, true]);
  assert.deepEqual((await client.readCoils(0, 8)).data, [
    false,
    false,
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
  const identified = await client.readDeviceIdentification(1, 0);
  assert.deepEqual(Object.values(identified.data), ['Cofferdam', 'TEST-1', '1.0']);

  const exception = async (request: Promise<unknown>): Promise<number> => {
    const error = await request.then(
      () => undefined,
      (reason: { modbusCode?: number }) => reason,
    );
    return error?.modbusCode ?? -1;
  };
  assert.equal(await exception(client.readHoldingRegisters(18, 3)), 2);
  assert.equal(await exception(client.writeRegister(20, 1)), 2);
  client.setID(7);
  assert.equal(await exception(client.readHoldingRegisters(0, 1)), 10);
  client.setID(1);
  assert.equal((await client.readHoldingRegisters(3, 1)).data.length, 1, 'the connection lives on');
});

test('jsmodbus reads, writes, and is told what cannot be done', async t => {
  const { port, unit } = await serve(t);
  const socket = net.connect({ host: ADDRESS, port });
  t.after(() => socket.destroy());
  const client = new jsmodbus.client.TCP(socket, 1);
  await once(socket, 'connect');
  await client.writeMultipleRegisters(0, [7, 8, 9]);
  const answer = await client.readHoldingRegisters(0, 3);
  assert.deepEqual([...answer.response.body.valuesAsArray], [7, 8, 9]);
  await client.writeSingleCoil(1, true);
  assert.equal(unit.coils[1], 1);
  await assert.rejects(
    client.readCoils(8, 3) as Promise<unknown>,
    (error: { response?: { body: { code: number } } }) => error.response?.body.code === 2,
  );
});

test('several requests in one chunk are answered in order, one byte at a time too; rubbish ends the connection', async t => {
  const { port } = await serve(t);
  // Transactions 1 to 3: read one holding register; function 99; a quantity of 0.
  const requests = Buffer.from(
    '000100000006010300000001' + '0002000000020163' + '000300000006010300000000',
    'hex',
  );
  const expected = '000100000005010302000000020000000301e301000300000003018303';
  for (const pieces of [[requests], [...requests].map(byte => Buffer.of(byte))]) {
    const socket = net.connect({ host: ADDRESS, port, noDelay: true });
    let received = '';
    const enough = new Promise<void>(resolve => {
      socket.on('data', chunk => {
        received += chunk.toString('hex');
        if (received.length >= expected.length) resolve();
      });
    });
    for (const piece of pieces) socket.write(piece);
    await enough;
    assert.equal(received, expected);
    socket.on('error', () => {});
    socket.write(Buffer.from('ffffffffffffffff', 'hex'));
    await once(socket, 'close');
  }
});

test('a server listens on loopback addresses only', async () => {
  const server = modbusServer({ units: new Map(), identity: IDENTITY });
  for (const address of ['0.0.0.0', '10.1.2.3', 'localhost', '128.0.0.1', '::']) {
    assert.throws(() => server.listen(address), { code: 'COFFERDAM_NOT_LOOPBACK' });
  }
});
