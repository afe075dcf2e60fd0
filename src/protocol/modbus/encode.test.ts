import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Side } from '../../operation/side.ts';
import { Frame } from '../protocol.ts';
import * as encode from './encode.ts';
import { modbus } from './modbus.ts';
import { Exchange, viewOf } from './testing.ts';

const { client, server } = Side;
const word = fc.nat(0xffff);
const header = fc.record({ transaction: word, unit: fc.nat(255) });
const words = (max: number) => fc.array(word, { minLength: 1, maxLength: max });
const bits = (max: number) => fc.array(fc.boolean(), { minLength: 1, maxLength: max });
const span = (from: number, count: number) => (count === 1 ? `${from}` : `${from}-${from + count - 1}`);
/** An address from which `count` more fit. */
const room = (address: number, count: number) => Math.min(address, 65_536 - count);

interface Trip {
  request: Uint8Array;
  response: Uint8Array;
  asked: string[];
  told: string[];
}

const trips: Record<string, fc.Arbitrary<Trip>> = {
  'read bits': fc.tuple(header, fc.constantFrom(1, 2), word, bits(2000)).map(([to, code, from, values]) => {
    const address = room(from, values.length);
    const object = `read ${code === 1 ? 'coil' : 'discrete'} ${span(address, values.length)}`;
    return {
      request: encode.readRequest(to, code, address, values.length),
      response: encode.bitsResponse(to, code, values),
      asked: [`${object} asked`],
      told: [`${object} = ${values.join(' ')} ok`],
    };
  }),
  'read registers': fc
    .tuple(header, fc.constantFrom(3, 4), word, words(125))
    .map(([to, code, from, values]) => {
      const address = room(from, values.length);
      const object = `read ${code === 3 ? 'holding' : 'input'} ${span(address, values.length)}`;
      return {
        request: encode.readRequest(to, code, address, values.length),
        response: encode.registersResponse(to, code, values),
        asked: [`${object} asked`],
        told: [`${object} = ${values.join(' ')} ok`],
      };
    }),
  'write one': fc.tuple(header, word, word, fc.boolean()).map(([to, address, value, coil]) => {
    const bytes = coil ? encode.writeCoil(to, address, value > 9) : encode.writeRegister(to, address, value);
    const said = coil ? `write coil ${address} = ${value > 9}` : `write holding ${address} = ${value}`;
    return { request: bytes, response: bytes, asked: [`${said} asked`], told: [`${said} ok`] };
  }),
  'write coils': fc.tuple(header, word, bits(1968)).map(([to, from, values]) => {
    const address = room(from, values.length);
    const said = `write coil ${span(address, values.length)} = ${values.join(' ')}`;
    return {
      request: encode.writeCoilsRequest(to, address, values),
      response: encode.writeMultipleResponse(to, 15, address, values.length),
      asked: [`${said} asked`],
      told: [`${said} ok`],
    };
  }),
  'write registers': fc.tuple(header, word, words(123)).map(([to, from, values]) => {
    const address = room(from, values.length);
    const said = `write holding ${span(address, values.length)} = ${values.join(' ')}`;
    return {
      request: encode.writeRegistersRequest(to, address, values),
      response: encode.writeMultipleResponse(to, 16, address, values.length),
      asked: [`${said} asked`],
      told: [`${said} ok`],
    };
  }),
  'mask write': fc.tuple(header, word, word, word).map(([to, address, and, or]) => {
    const bytes = encode.maskWrite(to, address, and, or);
    const said = `write holding ${address} = ${and} ${or}`;
    return { request: bytes, response: bytes, asked: [`${said} asked`], told: [`${said} ok`] };
  }),
  'read and write': fc
    .tuple(header, word, words(125), word, words(121))
    .map(([to, readFrom, read, writeFrom, written]) => {
      const from = room(readFrom, read.length);
      const onto = room(writeFrom, written.length);
      const write = `write holding ${span(onto, written.length)} = ${written.join(' ')}`;
      return {
        request: encode.readWriteRequest(to, from, read.length, onto, written),
        response: encode.registersResponse(to, 23, read),
        asked: [`read holding ${span(from, read.length)} asked`, `${write} asked`],
        told: [`read holding ${span(from, read.length)} = ${read.join(' ')} ok`, `${write} ok`],
      };
    }),
  files: fc
    .tuple(
      header,
      fc.boolean(),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 65_535 }), fc.nat(9000), words(20)), {
        minLength: 1,
        maxLength: 5,
      }),
    )
    .map(([to, write, parts]) => {
      const values = (list: number[]) => `= ${list.join(' ')} `;
      const object = ([file, record, list]: (typeof parts)[number]) =>
        `file ${file} ${span(record, list.length)}`;
      const lines = (verb: string, withValues: boolean, end: string) =>
        parts.map(part => `${verb} ${object(part)} ${withValues ? values(part[2]) : ''}${end}`);
      if (write) {
        const bytes = encode.writeFile(
          to,
          parts.map(([file, record, list]) => ({ file, record, values: list })),
        );
        return {
          request: bytes,
          response: bytes,
          asked: lines('filewrite', true, 'asked'),
          told: lines('filewrite', true, 'ok'),
        };
      }
      return {
        request: encode.readFileRequest(
          to,
          parts.map(([file, record, list]) => ({ file, record, records: list.length })),
        ),
        response: encode.readFileResponse(
          to,
          parts.map(part => part[2]),
        ),
        asked: lines('fileread', false, 'asked'),
        told: lines('fileread', true, 'ok'),
      };
    }),
  fifo: fc.tuple(header, word, words(31)).map(([to, address, values]) => ({
    request: encode.readFifoRequest(to, address),
    response: encode.readFifoResponse(to, values),
    asked: [`read fifo ${address} asked`],
    told: [`read fifo ${address} = ${values.join(' ')} ok`],
  })),
};

for (const [name, trip] of Object.entries(trips)) {
  test(`${name}: what is encoded is decoded`, () => {
    fc.assert(
      fc.property(trip, ({ request, response, asked, told }) => {
        const exchange = new Exchange();
        assert.deepEqual(exchange.see(client, request), asked);
        assert.deepEqual(exchange.see(server, response), told);
      }),
      { seed: 20261121 },
    );
  });
}

test('a message is framed by its first six bytes, whatever follows', () => {
  fc.assert(
    fc.property(header, fc.uint8Array({ minLength: 1, maxLength: 253 }), fc.uint8Array(), (to, pdu, next) => {
      const bytes = encode.message(to, pdu);
      const stream = new Uint8Array(bytes.length + next.length);
      stream.set(bytes);
      stream.set(next, bytes.length);
      for (let end = 0; end <= stream.length; end++) {
        const length = modbus.frame(client, viewOf(stream), 0, end);
        assert.equal(length, end < 6 ? Frame.more : bytes.length);
      }
    }),
    { seed: 20261121 },
  );
});
