/**
 * Peers that fall silent: a controller that nothing comes back from, a client that does not take its answers.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { type TestContext, test } from 'node:test';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { Client, Controller, live } from './live-stand.ts';
import { PLC } from './stand.ts';

const TO = { transaction: 1, unit: 1 };

/**
 * Port of a host that lets no connection come about: a process that was stopped after it began to listen, whose queue
 * of connections is full, so that the kernel drops what else is asked.
 */
async function blackHole(t: TestContext): Promise<number> {
  const listen = `require('node:net').createServer().listen({ port: 0, host: '${PLC}', backlog: 1 }, function () {
    console.log(this.address().port);
  })`;
  const child = spawn(process.execPath, ['-e', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(chunk);
  child.kill('SIGSTOP');
  for (let queued = 0; ; queued++) {
    assert.ok(queued < 16, 'the queue of connections does not fill');
    const socket = net.connect(port, PLC);
    t.after(() => socket.destroy());
    socket.on('error', () => {});
    const connected = await Promise.race([
      once(socket, 'connect').then(() => true),
      // The kernel answers on loopback at once or not at all.
      new Promise<false>(resolve => setTimeout(resolve, 250, false)),
    ]);
    if (!connected) return port;
  }
}

test('a controller that nothing comes back from: after a while the client is told in words', async t => {
  const port = await blackHole(t);
  const gateway = await live(t, { modbus: port }, { limits: { connect: 0.5 } });
  const client = new Client(gateway.port('modbus'));
  t.after(() => client.socket.destroy());
  client.socket.write(modbus.readRequest(TO, 3, 100, 2));
  // Exception 11: gateway target device failed to respond.
  assert.deepEqual(await client.rest(), Buffer.from(modbus.exceptionResponse(TO, 3, 11)));
  await gateway.told(e => e.event === 'note' && e.what === 'unreachable');
});

test('a client that asks and never reads costs a bounded number of bytes, and its session', async t => {
  const controller = new Controller();
  await controller.listen();
  t.after(() => controller.close());
  // What one read of a socket asks for is answered at once: more than this, whatever its size.
  const limits = { output: 64, outputMax: 64 };
  const gateway = await live(t, { modbus: controller.port }, { limits });
  const client = new Client(gateway.port('modbus'));
  client.socket.pause();
  const denied = Buffer.concat(Array.from({ length: 5000 }, () => modbus.writeRegister(TO, 99, 1)));
  const write = (error?: Error | null): void => {
    if (error == null && client.socket.writable) client.socket.write(denied, write);
  };
  write();
  const note = await gateway.told(e => e.event === 'note' && e.what === 'overflow');
  assert.ok(note.event === 'note' && note.count > limits.outputMax && note.count < 1 << 20);
  const closed = await gateway.told(e => e.event === 'closed');
  assert.equal(closed.event === 'closed' && closed.what, 'overflow');
  assert.equal(await client.closed, true, 'reset');
  assert.equal(controller.received.length, 0);
});
