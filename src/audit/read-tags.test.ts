/** Tags are read from controllers that listen: every kind of place, few a request, and nothing but reads. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Sink } from '../operation/operation.ts';
import { modbusServer } from '../plant/modbus-server.ts';
import { ModbusUnit } from '../plant/modbus-unit.ts';
import type { Tag } from '../plant/tag.ts';
import { modbus } from '../protocol/modbus/modbus.ts';
import { ProgramReadError } from '../protocol/program-reader.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { TagPlace, TagReading } from '../protocol/tag-reader.ts';
import { DeviceError } from './device-link.ts';
import { readTags } from './read-tags.ts';
import { stand } from './testing.ts';

const FAST = { rate: 1e6 };

function places(protocol: Protocol, ...texts: string[]): TagPlace[] {
  return texts.map(text => {
    const range = protocol.objects.parse(text);
    assert.ok('space' in range, text);
    return range;
  });
}

/** Collects `OBJECT = VALUES` of what is read. */
function collector({ objects }: Protocol): { sink: Sink; read: string[]; times: number[] } {
  const read: string[] = [];
  const times: number[] = [];
  const sink: Sink = {
    operation: op => {
      read.push(`${objects.format(op)} = ${op.values().join(' ')}`);
      times.push(op.time);
    },
  };
  return { sink, read, times };
}

test('S7: bytes, bits and areas, eight variables a request; what is not there is told', async () => {
  const on = await stand();
  try {
    on.controller.data(5)!.setFloat32(0, 1.5);
    on.controller.data(5)!.setUint8(4, 0b100);
    const { sink, read, times } = collector(on.device.protocol);
    const texts = ['DB5.DBD0', 'DB5.DBX4.2', 'DB5.DBX4.1', 'DB99.DBW0', 'SZL 0x0011'];
    const words = Array.from({ length: 8 }, (_, i) => `DB5.DBW${10 + 2 * i}`);
    const began = Date.now() / 1000;
    const { value, requests } = await readTags(
      on.device,
      places(on.device.protocol, ...texts, ...words),
      sink,
      FAST,
    );
    assert.deepEqual(read.slice(0, 3), ['DB5.DBD0 = 63 192 0 0', 'DB5.DBX4.2 = true', 'DB5.DBX4.1 = false']);
    assert.equal(read.length, 3 + 8);
    assert.equal(requests, 2 + 2, 'connection, set-up, twelve variables');
    assert.ok(times.every(time => time >= began - 1 && time <= Date.now() / 1000));
    assert.equal(value.length, 2);
    assert.match(value[0]!, /^SZL.*: there is no way to read it here$/);
    assert.match(value[1]!, /^DB99\.DBW0: .*(not|exist)/);
  } finally {
    await on.close();
  }
});

test('Modbus: the four spaces; neighbours are read together, gaps are not', async () => {
  const tag = (space: string, address: number, type = 'uint16') =>
    ({
      name: 'x',
      place: { protocol: 'modbus', station: 7, space, address },
      type,
      scale: 1,
    }) as unknown as Tag;
  const unit = new ModbusUnit(7, [
    tag('coil', 3, 'bool'),
    tag('discrete', 9, 'bool'),
    tag('input', 80),
    tag('holding', 9),
  ]);
  unit.coils[2] = 1;
  unit.discretes[9] = 1;
  unit.holdings.set([11, 12, 13], 4);
  unit.inputs.fill(5);
  const identity = { vendor: 'V', product: 'P', revision: '1' };
  const server = modbusServer({ units: new Map([[7, unit]]), identity });
  const port = await server.listen('127.0.0.1');
  const device = { name: 'plc', address: '127.0.0.1', port, protocol: modbus, station: 7 };
  try {
    const { sink, read } = collector(modbus);
    const at = places(
      modbus,
      'coil 2',
      'coil 3',
      'discrete 9',
      'holding 6',
      'holding 4-5',
      'holding 9.3',
      'holding 50',
      'input 0-80',
      'file 1 0',
    );
    const { value, requests } = await readTags(device, at, sink, FAST);
    assert.deepEqual(read.slice(0, 2), ['coil 2-3 = true false', 'discrete 9 = true']);
    assert.ok(read.includes('holding 4-6 = 11 12 13'), read.join('; '));
    assert.ok(read.includes('holding 9 = 0'), 'the register that a bit is in');
    assert.equal(requests, 6);
    assert.match(value.join('; '), /^file.*: there is no way to read it here; holding 50: .*ddress/);
  } finally {
    await server.close();
  }
});

test('it waits while a program is loaded, and says where it may not read at all', async () => {
  const on = await stand();
  try {
    const { sink, read } = collector(on.device.protocol);
    const at = places(on.device.protocol, 'DB5.DBW0');
    const whys = ['a program is being loaded', 'a program is being loaded', undefined, undefined];
    const hold = { why: async () => whys.shift() };
    const told: string[] = [];
    await readTags(on.device, at, sink, { ...FAST, hold, held: why => told.push(why) });
    assert.deepEqual([read.length, told], [1, ['a program is being loaded']]);
    const elsewhere = { ...on.device, station: 0x3f };
    await assert.rejects(
      readTags(
        { ...elsewhere, protocol: { ...on.device.protocol, readTags: undefined } as unknown as Protocol },
        at,
        sink,
        FAST,
      ),
      (error: unknown) => error instanceof DeviceError && /gives no way to read tags/.test(error.message),
    );
  } finally {
    await on.close();
  }
});

test('whatever a device answers, a reading ends or says that it cannot be relied on', async () => {
  const on = await stand();
  try {
    const at = places(on.device.protocol, 'DB5.DBD0', 'DB5.DBX4.2');
    // What it answers in truth, to be spoilt.
    const answers: Uint8Array[] = [];
    const { frame } = on.device.protocol;
    const protocol = {
      ...on.device.protocol,
      readTags: {
        *read(...args: Parameters<NonNullable<Protocol['readTags']>['read']>): TagReading {
          const reading = on.device.protocol.readTags!.read(...args);
          let step = reading.next();
          while (!step.done) {
            const answer = yield step.value;
            answers.push(answer.bytes);
            step = reading.next(answer);
          }
          return step.value;
        },
      },
    };
    await readTags({ ...on.device, protocol }, at, { operation() {} }, FAST);
    assert.equal(answers.length, 3);
    const spoilt = fc.tuple(fc.nat(2), fc.nat(), fc.nat(255), fc.nat(40));
    fc.assert(
      fc.property(spoilt, ([which, place, byte, cut]) => {
        const reading = on.device.protocol.readTags!.read(on.device.station, at, { operation() {} });
        try {
          let step = reading.next();
          for (let i = 0; !step.done; i++) {
            let bytes = answers[Math.min(i, 2)]!;
            if (i === which) {
              bytes = bytes.with(place % bytes.length, byte).slice(0, Math.max(8, bytes.length - (cut % 3)));
              const view = new DataView(bytes.buffer);
              if (frame(1, view, 0, bytes.length) !== bytes.length) return;
            }
            assert.ok(i < 100);
            step = reading.next({ bytes, time: 0 });
          }
        } catch (error) {
          assert.ok(error instanceof ProgramReadError, String(error));
        }
      }),
      { numRuns: 3000 },
    );
    const words = places(modbus, 'holding 4', 'coil 3-9');
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), pdu => {
        const reading = modbus.readTags!.read(1, words, { operation() {} });
        try {
          let step = reading.next();
          while (!step.done) {
            const bytes = Uint8Array.from([...step.value.bytes.subarray(0, 4), 0, pdu.length + 1, 1, ...pdu]);
            step = reading.next({ bytes, time: 0 });
          }
        } catch (error) {
          assert.ok(error instanceof ProgramReadError, String(error));
        }
      }),
      { numRuns: 2000 },
    );
  } finally {
    await on.close();
  }
});
