/**
 * A controller is exchanged for another under the same name, while a block waits to be made active in the old one.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { S7COMM } from './conversations.ts';
import { Client, Controller, live } from './live-stand.ts';
import { permitStand } from './permit-stand.ts';
import { bytesOf } from './permits-bench.ts';
import { PLC, policyOf, policyText } from './stand.ts';

const CODE = bytesOf(150, 7);
const FILE = s7.blockFile('OB', 1);

test('what was loaded into one controller is not made active in another', { timeout: 20_000 }, async t => {
  const keeper = await permitStand(t);
  await keeper.put({}, { OB1: CODE }, ['shift-lead', 'controls-lead']);
  const [old, other] = [new Controller(), new Controller()];
  await old.listen();
  await other.listen();
  t.after(() => {
    old.close();
    other.close();
  });
  const text = (port: number) =>
    policyText({ s7comm: port }).replace(
      '      - write: DB1 0-9',
      '      - write: DB1 0-9\n    download: permit',
    );
  const { freePort } = await ports();
  const [one, two] = [await freePort(), await freePort()];
  const listenAt = (endpoint: { protocol: { name: string } }) => ({
    address: '127.0.0.1',
    port: endpoint.protocol.name === 's7comm' ? one : two,
  });
  const stand = await live(
    t,
    {},
    { policy: policyOf(text(old.port)), permits: keeper.permits, listenAt: listenAt as never },
  );
  let wrote = 0;
  const talk = async (
    client: Client,
    controller: Controller,
    from: 'client' | 'server',
    message: Uint8Array,
  ) => {
    if (from === 'client') {
      client.socket.write(message);
      wrote += message.length;
      await controller.bytes(wrote);
    } else {
      (await controller.connected()).write(message);
      assert.deepEqual(await client.read(message.length), Buffer.from(message));
    }
  };
  const client = new Client(one);
  for (const [i, message] of S7COMM.opening.entries())
    await talk(client, old, i % 2 === 0 ? 'client' : 'server', message);
  await talk(client, old, 'client', s7.requestDownload(1, FILE, 150, 150));
  await talk(client, old, 'server', s7.ackData(1, [0x1a]));
  await talk(client, old, 'server', s7.downloadBlock(7, FILE));
  await talk(client, old, 'client', s7.downloadBlockAck(7, CODE, false));
  await talk(client, old, 'server', s7.downloadEnded(8, FILE));
  await talk(client, old, 'client', s7.ackData(8, [0x1c]));
  await stand.gateway.reload(policyOf(text(other.port)));
  await client.closed;
  wrote = 0;
  const again = new Client(stand.port('s7comm'));
  t.after(() => again.socket.destroy());
  for (const [i, message] of S7COMM.opening.entries())
    await talk(again, other, i % 2 === 0 ? 'client' : 'server', message);
  const insert = s7.blockService(9, '_INSE', [s7.blockName('OB', 1)]);
  again.socket.write(insert);
  const what = await Promise.race([
    other.bytes(wrote + insert.length).then(() => 'passed'),
    again.read(1).then(() => 'refused'),
  ]);
  assert.equal(what, 'refused', `nothing was ever loaded into the controller at ${PLC}:${other.port}`);
});

async function ports() {
  const net = await import('node:net');
  return {
    freePort: () =>
      new Promise<number>(resolve => {
        const server = net.createServer().listen(0, '127.0.0.1', () => {
          const { port } = server.address() as { port: number };
          server.close(() => resolve(port));
        });
      }),
  };
}
