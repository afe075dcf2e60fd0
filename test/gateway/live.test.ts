/**
 * The gateway on real sockets.
 *
 * @module
 */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type net from 'node:net';
import { type TestContext, test } from 'node:test';
import type { GatewayOptions } from '../../src/gateway/gateway.ts';
import * as modbus from '../../src/protocol/modbus/encode.ts';
import { DIALECTS } from './conversations.ts';
import { Client, Controller, live } from './live-stand.ts';
import { modbusMessages } from './modbus-stream.ts';
import { mutate, random } from './random.ts';
import { assertSound } from './soundness.ts';
import { HMI, policyOf, policyText, STRANGER } from './stand.ts';

const to = (transaction: number, unit = 1) => ({ transaction, unit });
const read = (transaction: number) => Buffer.from(modbus.readRequest(to(transaction), 3, 100, 2));
const values = (transaction: number) => Buffer.from(modbus.registersResponse(to(transaction), 3, [7, 8]));
const write = (transaction: number) => Buffer.from(modbus.writeRegister(to(transaction), 50, 1));
const refusal = (transaction: number, code = 6, which = 1) =>
  Buffer.from(modbus.exceptionResponse(to(transaction), code, which));

/** Answers each read that arrives. */
function answers(chunk: Buffer, socket: net.Socket): void {
  for (const message of modbusMessages(chunk).messages) {
    if (message[7] === 3) socket.write(values(message.readUInt16BE(0)));
  }
}

async function stand(
  t: TestContext,
  answer: (chunk: Buffer, socket: net.Socket) => void = answers,
  options: Partial<GatewayOptions> = {},
) {
  const controller = new Controller(answer);
  await controller.listen();
  t.after(() => controller.close());
  const gateway = await live(t, { modbus: controller.port, s7comm: controller.port }, options);
  const connect = (from = HMI): Client => {
    const client = new Client(gateway.port('modbus'), from);
    t.after(() => client.socket.destroy());
    return client;
  };
  return { controller, connect, ...gateway };
}

test('a denied write is answered, and the session lives; the verdict tells everything', async t => {
  const { controller, connect, told } = await stand(t);
  const client = connect();
  client.socket.write(Buffer.concat([read(1), write(2), read(3)]));
  assert.deepEqual(await client.read(35), Buffer.concat([values(1), refusal(2), values(3)]));
  assert.deepEqual(controller.received, Buffer.concat([read(1), read(3)]));
  const event = await told(e => e.event === 'verdict');
  assert.ok(event.event === 'verdict');
  const { time, session, reason, ...rest } = event;
  assert.ok(Math.abs(time - Date.now() / 1000) < 10);
  assert.equal(session, 1);
  assert.match(reason, /holding 50/);
  assert.deepEqual(rest, {
    event: 'verdict',
    client: HMI,
    target: 'plc',
    protocol: 'modbus',
    mode: 'enforce',
    from: 'client',
    phase: 'request',
    station: '1',
    function: 'Write Single Register',
    code: 6,
    subcode: -1,
    verb: 'write',
    object: 'holding 50',
    values: ['1'],
    anomalies: [],
    verdict: 'deny',
    cause: 'policy',
    rule: event.rule,
    fate: 'answered',
  });
});

test('a stranger reaches nothing', async t => {
  const { controller, connect, told } = await stand(t);
  const client = connect(STRANGER);
  client.socket.write(read(1));
  assert.deepEqual(await client.read(9), refusal(1, 3));
  client.socket.end();
  assert.equal((await client.rest()).length, 0);
  await told(e => e.event === 'closed');
  assert.equal(controller.sockets.length, 0, 'not even a connection');
});

test('the end of one side is passed on, and the other may go on', async t => {
  const { controller, connect, told } = await stand(t, () => {});
  const client = connect();
  client.socket.end(read(1));
  assert.deepEqual(await controller.bytes(12), read(1));
  const upstream = await controller.connected();
  if (!upstream.readableEnded) await once(upstream, 'end');
  // The client has ended, and still gets its answer.
  upstream.end(values(1));
  assert.deepEqual(await client.rest(), values(1));
  assert.equal(await client.closed, false);
  const closed = await told(e => e.event === 'closed');
  assert.equal(closed.event === 'closed' && closed.what, 'ended');
});

test('the end of the controller is passed on', async t => {
  const { controller, connect } = await stand(t);
  const client = connect();
  client.socket.write(read(1));
  await client.read(13);
  controller.sockets[0]!.end();
  assert.equal((await client.rest()).length, 0);
  client.socket.end(read(2));
  assert.deepEqual(await controller.bytes(24), Buffer.concat([read(1), read(2)]));
});

test('a reset of either side resets the other', async t => {
  const { controller, connect, gateway } = await stand(t);
  const first = connect();
  first.socket.write(read(1));
  await first.read(13);
  controller.sockets[0]!.resetAndDestroy();
  assert.equal(await first.closed, true);
  const second = connect();
  second.socket.write(read(1));
  await second.read(13);
  second.socket.resetAndDestroy();
  await new Promise(resolve => controller.sockets[1]!.once('close', resolve));
  assert.equal(gateway.counts.sessions, 2);
});

test('a client that does not read stops the controller being read, in bounded memory', async t => {
  const count = 150_000;
  const answer = Buffer.from(modbus.registersResponse(to(1), 3, new Array(125).fill(0x5555)));
  let written = 0;
  // The controller takes no more requests while its answers are not taken.
  const { controller, connect } = await stand(
    t,
    (chunk, socket) => {
      for (let i = 0; i < chunk.length / 12; i++) {
        written += answer.length;
        socket.write(answer);
      }
      if (!socket.writableNeedDrain || socket.isPaused()) return;
      socket.pause();
      socket.once('drain', () => socket.resume());
    },
    { limits: { pending: count, pendingBytes: 1 << 24 } },
  );
  const client = connect();
  client.socket.pause();
  const before = process.memoryUsage().arrayBuffers;
  client.socket.end(Buffer.concat(new Array(count).fill(modbus.readRequest(to(1), 3, 0, 125))));
  await settled(() => written);
  assert.ok(written < (count * answer.length) / 2, `the controller was made to wait, after ${written} bytes`);
  const grown = process.memoryUsage().arrayBuffers - before;
  assert.ok(grown < 16 * 1024 * 1024, `${grown} bytes are buffered`);
  // And nothing is lost.
  let received = 0;
  client.socket.removeAllListeners('data');
  client.socket.on('data', chunk => {
    received += chunk.length;
  });
  client.socket.resume();
  const upstream = await controller.connected();
  upstream.once('end', () => upstream.end());
  await once(client.socket, 'end');
  assert.equal(received, count * answer.length);
});

/** Resolves when the count has stood still for a while. */
async function settled(count: () => number): Promise<void> {
  let last = -1;
  while (last !== count()) {
    last = count();
    await new Promise(resolve => setTimeout(resolve, 300));
  }
}

test('the next session beyond the limits is reset, and told', async t => {
  const { connect, gateway, told } = await stand(t, answers, {
    limits: { sessions: 2, sessionsPerClient: 2 },
  });
  const first = connect();
  const second = connect();
  first.socket.write(read(1));
  second.socket.write(read(2));
  await first.read(13);
  await second.read(13);
  assert.equal(await connect().closed, true);
  assert.equal(gateway.counts.rejected, 1);
  await told(e => e.event === 'rejected');
  // A place that was given up is free again.
  first.socket.resetAndDestroy();
  await told(e => e.event === 'closed' && e.session === 1);
  const again = connect();
  again.socket.write(read(4));
  assert.deepEqual(await again.read(13), values(4));
});

test('strangers take nobody’s place', async t => {
  const { connect, gateway } = await stand(t, answers, { limits: { sessions: 1, strangers: 2 } });
  for (const address of [STRANGER, '127.0.1.67']) {
    const stranger = connect(address);
    stranger.socket.write(read(1));
    assert.deepEqual(await stranger.read(9), refusal(1, 3));
  }
  assert.equal(await connect('127.0.1.68').closed, true);
  assert.equal(gateway.counts.rejected, 1);
  const operator = connect();
  operator.socket.write(read(2));
  assert.deepEqual(await operator.read(13), values(2));
});

test('a controller that is down: the client is told in words, then the session ends', async t => {
  const controller = new Controller();
  await controller.listen();
  controller.close();
  const gateway = await live(t, { modbus: controller.port });
  const client = new Client(gateway.port('modbus'));
  client.socket.write(read(1));
  // Exception 11: gateway target device failed to respond.
  assert.deepEqual(await client.rest(), refusal(1, 3, 11));
  client.socket.end();
  await gateway.told(e => e.event === 'note' && e.what === 'unreachable');
  const closed = await gateway.told(e => e.event === 'closed');
  assert.equal(closed.event === 'closed' && closed.what, 'unreachable');
});

test('a new policy takes hold of running sessions, and a bad endpoint is left', async t => {
  const { controller, connect, gateway, told } = await stand(t);
  const client = connect();
  client.socket.write(Buffer.concat([read(1), write(2)]));
  assert.deepEqual(await client.read(22), Buffer.concat([values(1), refusal(2)]));
  const ports = { modbus: controller.port, s7comm: controller.port };
  await gateway.reload(policyOf(policyText({ ...ports, writes: 'holding 50' })));
  client.socket.write(Buffer.concat([write(3), read(4)]));
  assert.deepEqual(await client.read(13), values(4));
  assert.deepEqual(controller.received.subarray(12), Buffer.concat([write(3), read(4)]));
  // The endpoint now leads elsewhere: its sessions may not stay where they are.
  await gateway.reload(policyOf(policyText({ ...ports, modbus: controller.port + 1 })));
  assert.equal(await client.closed, true);
  const closed = await told(e => e.event === 'closed');
  assert.equal(closed.event === 'closed' && closed.what, 'removed');
  assert.equal(gateway.listeners.length, 2);
});

test('a new policy keeps what is known of values and rates', async t => {
  const { controller, connect, gateway } = await stand(t, (chunk, socket) => {
    socket.write(chunk[7] === 3 ? modbus.registersResponse(to(chunk.readUInt16BE(0)), 3, [1000]) : chunk);
  });
  const policy = (step: number) => {
    const text = policyText({ modbus: controller.port, s7comm: controller.port, writes: 'speed' });
    const tag = `tags:\n  speed: { at: plc modbus unit 1 holding 60, type: uint16, unit: rpm, step: ${step} }\n`;
    return policyOf(
      text
        .replace('conduits:', `${tag}conduits:`)
        .replace('- write: speed', '- write: speed\n        rate: 3/h'),
    );
  };
  await gateway.reload(policy(10));
  const client = connect();
  const ask = async (request: Uint8Array): Promise<boolean> => {
    client.socket.write(request);
    const head = await client.read(8);
    await client.read(head.readUInt16BE(4) - 2);
    return head[7]! < 0x80;
  };
  assert.equal(await ask(modbus.readRequest(to(1), 3, 60, 1)), true);
  assert.equal(await ask(modbus.writeRegister(to(2), 60, 1020)), false, 'a step of 20 from 1000');
  assert.equal(await ask(modbus.writeRegister(to(3), 60, 1010)), true);
  await gateway.reload(policy(30));
  assert.equal(await ask(modbus.writeRegister(to(4), 60, 1040)), true, 'a step of 30 from 1010');
  assert.equal(await ask(modbus.writeRegister(to(5), 60, 1071)), false, 'a step of 31 from 1040');
  assert.equal(await ask(modbus.writeRegister(to(6), 60, 1041)), true);
  await gateway.reload(policy(40));
  assert.equal(await ask(modbus.writeRegister(to(7), 60, 1042)), false, 'the fourth write in an hour');
});

test('at shutdown the answers under way arrive, and no request is taken any more', async t => {
  const { controller, connect, gateway } = await stand(t, () => {});
  const client = connect();
  client.socket.write(read(1));
  await controller.bytes(12);
  const idle = connect();
  await once(controller.server, 'connection');
  const closing = gateway.close();
  // The idle session ends at once.
  assert.equal((await idle.rest()).length, 0);
  idle.socket.end();
  client.socket.write(read(2));
  controller.sockets[0]!.write(values(1));
  assert.deepEqual(await client.rest(), values(1));
  client.socket.end();
  for (const socket of controller.sockets) socket.end();
  await closing;
  assert.deepEqual(controller.received, read(1));
  assert.equal(gateway.sessions, 0);
});

test('shutdown does not wait for an answer that does not come', async t => {
  const { controller, connect, gateway } = await stand(t, () => {}, { limits: { drain: 0.2 } });
  const client = connect();
  client.socket.write(read(1));
  await controller.bytes(12);
  await gateway.close();
  assert.equal(await client.closed, true);
});

test('an address in use is an error that names it', async t => {
  const { gateway } = await stand(t);
  const { port } = gateway.listeners[0]!;
  const again = live(t, {}, { listenAt: () => ({ address: '127.0.0.1', port }) });
  await assert.rejects(again, { code: 'EADDRINUSE', port });
});

for (const dialect of DIALECTS) {
  test(`${dialect.protocol}: 20,000 mutated messages through a live gateway`, {
    timeout: 120_000,
  }, async t => {
    const { protocol, requests, opening, good } = dialect;
    const controller = new Controller();
    await controller.listen();
    t.after(() => controller.close());
    const gateway = await live(t, { modbus: controller.port, s7comm: controller.port });
    const rnd = random(20_261_121);
    let sent = 0;
    while (sent < 20_000) {
      const asked: Buffer[] = [];
      const client = new Client(gateway.port(protocol));
      const upstreams = controller.sockets.length;
      // Only the client's side: the controller stays silent, as a scanner's victim would.
      const [hello] = opening;
      if (hello !== undefined) asked.push(hello);
      for (let i = 0; i < 20; i++, sent++) asked.push(mutate(requests[rnd(requests.length)]!, rnd));
      const stream = Buffer.concat(asked);
      client.socket.end(stream);
      client.socket.resume();
      while (controller.sockets.length === upstreams) await once(controller.server, 'connection');
      const upstream = controller.sockets.at(-1)!;
      const before = controller.received.length;
      if (!upstream.readableEnded && !upstream.destroyed) {
        await Promise.race([once(upstream, 'end'), once(upstream, 'close')]);
      }
      upstream.end();
      const toClient = await client.rest();
      assertSound(dialect, stream, Buffer.alloc(0), {
        toServer: controller.received.subarray(before),
        toClient,
      });
      client.socket.destroy();
    }
    const client = new Client(gateway.port(protocol));
    await once(controller.server, 'connection');
    const upstream = controller.sockets.at(-1)!;
    for (let i = 0; i < opening.length; i += 2) {
      client.socket.write(opening[i]!);
      await once(upstream, 'data');
      upstream.write(opening[i + 1]!);
      await client.read(opening[i + 1]!.length);
    }
    client.socket.write(good[0]);
    assert.deepEqual((await once(upstream, 'data'))[0], good[0]);
    upstream.write(good[1]);
    assert.deepEqual(await client.read(good[1].length), good[1]);
    client.socket.destroy();
  });
}
