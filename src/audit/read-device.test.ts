/** What goes over the wire while a program is read, how fast, and what a hostile device can do about it. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withoutPeer } from '../../test/peers.ts';
import { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { VERBS } from '../operation/verb.ts';
import { ACK, pcap, tcpFrame } from '../packet/capture-bytes.fixture.ts';
import { BlockType } from '../plant/s7-block.ts';
import { writeRegister } from '../protocol/modbus/encode.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { connectionConfirm, dataMessage } from '../protocol/osi/encode.ts';
import { PROGRAM_LIMITS } from '../protocol/program-reader.ts';
import { Area, Size } from '../protocol/s7comm/areas.ts';
import {
  blockService,
  plcStop,
  requestDownload,
  setupRequest,
  writeRequest,
} from '../protocol/s7comm/encode.ts';
import { DataSize } from '../protocol/s7comm/items.ts';
import { s7comm } from '../protocol/s7comm/s7comm.ts';
import { type Device, DeviceError } from './device-link.ts';
import type { Hold } from './hold.ts';
import { OnlyReads } from './only-reads.ts';
import { readDevice } from './read-device.ts';
import { block, put, stand } from './testing.ts';

const FAST = { rate: 100_000 };

/** A server that hands each connection to `serve`. */
async function serve(on: (socket: Socket) => void): Promise<{ device: Device; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    on(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return {
    device: { name: 'plc-7', address: '127.0.0.1', port, protocol: s7comm, station: 2 },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Forwards to a device, and keeps what the client sends. */
async function recorder(target: Device): Promise<{ device: Device; sent: Buffer[]; close(): Promise<void> }> {
  const sent: Buffer[] = [];
  const { device, close } = await serve(socket => {
    const upstream = connect(target.port, target.address);
    socket.on('data', (chunk: Buffer) => {
      sent.push(chunk);
      upstream.write(chunk);
    });
    upstream.on('data', chunk => socket.write(chunk));
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  return { device, sent, close };
}

test('only functions that read go over the wire', async () => {
  const on = await stand();
  const wire = await recorder(on.device);
  try {
    const { requests } = await readDevice(wire.device, FAST);
    const bytes = Buffer.concat(wire.sent);
    const seen = new Set<string>();
    let count = 0;
    for (let at = 0; at < bytes.length; at += bytes.readUInt16BE(at + 2), count++) {
      if (bytes[at + 5] === 0xe0) seen.add('connection request');
      // Kind 1: Jobs by their function. Kind 7: Userdata by group and subfunction.
      else if (bytes[at + 8] === 1) seen.add(`job 0x${bytes[at + 17]!.toString(16)}`);
      else seen.add(`kind ${bytes[at + 8]}: ${bytes[at + 22]! & 15}/${bytes[at + 23]}`);
    }
    assert.deepEqual([...seen].sort(), [
      'connection request',
      'job 0x1d', // start upload
      'job 0x1e', // upload
      'job 0x1f', // end upload
      'job 0xf0', // set-up
      'kind 7: 3/1', // count blocks
      'kind 7: 3/2', // list blocks of a type
      'kind 7: 4/1', // read a system status list
      'kind 7: 7/1', // read the clock
    ]);
    assert.equal(count, requests);
    // And the decoders that guard a plant say so too.
    const verbs = new Set<string>();
    const conversation = s7comm.open({ requests: 8, bytes: 8192 });
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; ) {
      const end = at + s7comm.frame(Side.client, view, at, bytes.length);
      conversation.decode(Side.client, view, at, end, new Operation(), {
        operation: op => verbs.add(VERBS[op.verb]!.name),
      });
      at = end;
    }
    assert.deepEqual([...verbs].sort(), ['browse', 'connect', 'diagnose', 'identify', 'upload']);
  } finally {
    await wire.close();
    await on.close();
  }
});

test('tshark names the same functions, and no others', { skip: withoutPeer('tshark') }, async () => {
  const on = await stand();
  const wire = await recorder(on.device);
  const folder = mkdtempSync(join(tmpdir(), 'cofferdam-'));
  try {
    const { requests } = await readDevice(wire.device, FAST);
    let sequence = 1;
    const records = wire.sent.map((payload, seconds) => {
      const ports = { sourcePort: 40_000, destinationPort: 102 };
      const frame = tcpFrame({ ...ports, sequence, acknowledgement: 1, flags: ACK, payload });
      sequence += payload.length;
      return { seconds, frame };
    });
    writeFileSync(join(folder, 'audit.pcap'), pcap(records));
    const fields = ['s7comm.param.func', 's7comm.param.userdata.funcgroup', 's7comm.param.userdata.subfunc'];
    const text = execFileSync(
      'tshark',
      [
        '-r',
        join(folder, 'audit.pcap'),
        '-Y',
        's7comm',
        '-T',
        'fields',
        ...fields.flatMap(field => ['-e', field]),
      ],
      { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const lines = text.split('\n').filter(Boolean);
    assert.equal(lines.length, requests - 1, 'all but the connection request');
    assert.deepEqual([...new Set(lines)].map(line => line.replaceAll('\t', ' ').trim()).sort(), [
      '0x1d',
      '0x1e',
      '0x1f',
      '0xf0',
      '3 1',
      '3 2',
      '4 1',
      '7 1',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
    await wire.close();
    await on.close();
  }
});

test('whatever a reader would send, nothing but what reads gets past the last look', () => {
  const guard = new OnlyReads(s7comm);
  const tag = { area: Area.DB, db: 1, address: 0, size: Size.byte };
  for (const message of [
    plcStop(1),
    blockService(1, '_DELE', ['0800001P']),
    requestDownload(1, '_0800001P', 100, 20),
    writeRequest(1, [tag], [{ size: DataSize.byte, bytes: [1] }]),
    Uint8Array.of(...setupRequest(1), ...plcStop(2)),
    setupRequest(1).subarray(0, 20),
    dataMessage(Uint8Array.of(0x32, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0x77)),
  ]) {
    assert.throws(() => guard.sends(message), /nothing was sent/);
  }
  assert.throws(
    () => new OnlyReads(modbus).sends(writeRegister({ transaction: 1, unit: 1 }, 40, 1)),
    /'write' of modbus; nothing was sent/,
  );
});

test('requests keep their distance', async () => {
  const on = await stand([]);
  const times: number[] = [];
  const wire = await recorder(on.device);
  try {
    const began = performance.now();
    const { requests } = await readDevice(wire.device, {
      rate: 100,
      progress: () => times.push(performance.now()),
    });
    assert.equal(times.length, requests);
    // All but the last have 10 ms behind them; timers may fire up to 1 ms early.
    assert.ok(performance.now() - began >= (requests - 1) * 9);
    for (const [i, time] of times.slice(1).entries())
      assert.ok(time - times[i]! >= 8, `${time - times[i]!} ms`);
  } finally {
    await wire.close();
    await on.close();
  }
});

/** Holds back while there is a reason. */
class Reason implements Hold {
  reason: string | undefined;
  asked = 0;

  async why(): Promise<string | undefined> {
    this.asked++;
    return this.reason;
  }
}

test('a reading that is held back leaves the device alone until it may go on, and then begins anew', async () => {
  const on = await stand();
  try {
    const hold = new Reason();
    const asked: string[] = [];
    const told: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const reading = readDevice(on.device, {
      ...FAST,
      hold,
      held: why => {
        told.push(why);
        resolve();
      },
      progress: what => {
        asked.push(what);
        if (asked.length === 12) hold.reason = 'work on it';
      },
    });
    await promise;
    // Others find it free: nothing of the reading is left open, and there was time for more of it.
    await readDevice({ ...on.device }, FAST);
    assert.equal(asked.length, 12);
    hold.reason = undefined;
    const { program, requests } = await reading;
    assert.equal(program.objects.length, 3);
    assert.equal(asked.length, 12 + requests);
    assert.deepEqual(asked.slice(12, 24), asked.slice(0, 12), 'from its beginning');
    assert.deepEqual(told, ['work on it']);
  } finally {
    await on.close();
  }
});

test('it is held back for so long and no longer, can be stopped, and does not go on where nobody can tell', async () => {
  const on = await stand();
  try {
    const hold = new Reason();
    hold.reason = 'work on it';
    await assert.rejects(readDevice(on.device, { ...FAST, hold, wait: 300 }), {
      code: 'COFFERDAM_DEVICE',
      message: /not read: work on it; it was waited for 0 s/,
    });
    assert.ok(hold.asked > 1);
    const stop = new AbortController();
    const reading = readDevice(on.device, { ...FAST, hold, signal: stop.signal });
    stop.abort();
    await assert.rejects(reading, { name: 'AbortError' });
    const blind: Hold = { why: () => Promise.reject(new Error('no such folder')) };
    await assert.rejects(readDevice(on.device, { ...FAST, hold: blind }), {
      code: 'COFFERDAM_DEVICE',
      message: /cannot be found out whether a program is being loaded into it: no such folder/,
    });
  } finally {
    await on.close();
  }
});

const HOSTILE: readonly (readonly [what: string, serve: (socket: Socket) => void, error: RegExp])[] = [
  ['hangs up', socket => socket.destroy(), /it (closed|broke) the connection/],
  ['speaks another protocol', socket => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), /is not S7comm/],
  [
    'sends without end',
    socket => {
      const flood = () => {
        while (!socket.destroyed && socket.write(connected()));
      };
      socket.on('drain', flood);
      flood();
    },
    /more than it was asked for|cannot be relied on|no answer/,
  ],
  [
    'answers every message with the same',
    socket => socket.on('data', () => socket.write(connected())),
    /set-up: /,
  ],
];
for (const [what, on, error] of HOSTILE) {
  test(`a device that ${what} ends the reading with a plain error`, async () => {
    const { device, close } = await serve(on);
    try {
      await assert.rejects(readDevice(device, FAST), (thrown: unknown) => {
        assert.ok(thrown instanceof DeviceError, String(thrown));
        assert.match(thrown.message, error);
        return true;
      });
    } finally {
      await close();
    }
  });
}

test('a device without a way to read its program says so', async () => {
  const { readBack: _, ...protocol } = modbus;
  const device = { name: 'plc-1', address: '127.0.0.1', port: 1, protocol, station: 1 };
  await assert.rejects(
    readDevice(device),
    /Modbus\/TCP gives no way to read a program back; see docs\/audit.md/,
  );
});

test('a program that is changed while it is read is read again, and not without end', async () => {
  const on = await stand();
  try {
    let changes = 1;
    let asked = 0;
    const progress = (what: string) => {
      asked++;
      if (what === 'DB5' && changes-- > 0) put(on.controller, block(BlockType.OB, 35 + changes));
    };
    const { program } = await readDevice(on.device, { ...FAST, settle: 1, progress });
    assert.equal(program.objects.length, 4);
    assert.ok(asked > 40, 'it was read twice');
    changes = 100;
    await assert.rejects(
      readDevice(on.device, { ...FAST, settle: 1, progress }),
      /its program was changed each of the 3 times that it was read; read it when nobody works on it/,
    );
  } finally {
    await on.close();
  }
});

test('a device may be asked for a few blocks only', async () => {
  const on = await stand();
  try {
    const { program } = await readDevice(on.device, { ...FAST, limits: { ...PROGRAM_LIMITS, objects: 1 } });
    assert.equal(program.objects.length, 1);
  } finally {
    await on.close();
  }
});

function connected(): Uint8Array {
  return connectionConfirm({
    destination: 1,
    source: 3,
    calling: Uint8Array.of(1, 0),
    called: Uint8Array.of(1, 2),
  });
}
