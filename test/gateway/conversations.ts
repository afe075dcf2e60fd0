/**
 * For each protocol a conversation, and the protocol read a second time, from its standard: what the stand's tests
 * send, and how they judge independently of the project's own decoders.
 *
 * @module
 */

import * as modbus from '../../src/protocol/modbus/encode.ts';
import { connectionConfirm, connectionRequest } from '../../src/protocol/osi/encode.ts';
import { Area, Size } from '../../src/protocol/s7comm/areas.ts';
import * as s7 from '../../src/protocol/s7comm/encode.ts';
import { DataSize, ItemCode } from '../../src/protocol/s7comm/items.ts';
import { isAllowed, isException, modbusMessages } from './modbus-stream.ts';
import * as s7Stream from './s7-stream.ts';

export interface Dialect {
  readonly protocol: string;
  /** What opens a session, in turns beginning with the client; allowed. */
  readonly opening: readonly Buffer[];
  /** Requests, allowed and not. */
  readonly requests: readonly Buffer[];
  /** What a controller answers to each of them. */
  readonly answers: readonly Buffer[];
  /** A request that is allowed, with its answer. */
  readonly good: readonly [Buffer, Buffer];
  /** The whole messages of a stream up to where it can be read no further, by the lengths in them alone. */
  messages(stream: Buffer): { readonly messages: Buffer[]; readonly rest: number };
  /** Does the stand's policy allow this message of the client? */
  allowed(message: Buffer): boolean;
  /** Is this what the protocol says to refuse something? */
  refusal(message: Buffer): boolean;
}

const to = (transaction: number, unit = 1) => ({ transaction, unit });

const exchanges: readonly (readonly [Uint8Array, Uint8Array])[] = [
  [modbus.readRequest(to(1), 3, 100, 2), modbus.registersResponse(to(1), 3, [7, 8])],
  [modbus.writeRegister(to(2), 50, 1), modbus.writeRegister(to(2), 50, 1)],
  [modbus.readRequest(to(3), 1, 0, 9), modbus.bitsResponse(to(3), 1, new Array(9).fill(true))],
  [modbus.writeRegister(to(4), 45, 1), modbus.writeRegister(to(4), 45, 1)],
  [modbus.writeRegistersRequest(to(5), 48, [1, 2]), modbus.writeMultipleResponse(to(5), 16, 48, 2)],
  [modbus.writeRegistersRequest(to(6), 48, [1, 2, 3]), modbus.writeMultipleResponse(to(6), 16, 48, 3)],
  [modbus.readRequest(to(7, 2), 3, 0, 2), modbus.registersResponse(to(7, 2), 3, [7, 8])],
  [modbus.maskWrite(to(8), 40, 0xff00, 0x00ff), modbus.maskWrite(to(8), 40, 0xff00, 0x00ff)],
  [modbus.readWriteRequest(to(9), 0, 3, 41, [9, 9]), modbus.registersResponse(to(9), 23, [1, 2, 3])],
  [modbus.diagnostics(to(10), 1, [0]), modbus.diagnostics(to(10), 1, [0])],
  [modbus.umas(to(11), 0, 0x40, []), modbus.umas(to(11), 0, 0xfe, [])],
  [modbus.identificationRequest(to(12), 1, 0), modbus.exceptionResponse(to(12), 43, 1)],
  [modbus.readFifoRequest(to(13), 5), modbus.readFifoResponse(to(13), [1, 2])],
  [
    modbus.writeFile(to(14), [{ file: 1, record: 2, values: [3, 4] }]),
    modbus.writeFile(to(14), [{ file: 1, record: 2, values: [3, 4] }]),
  ],
];

export const MODBUS: Dialect = {
  protocol: 'modbus',
  opening: [],
  requests: exchanges.map(([request]) => Buffer.from(request)),
  answers: exchanges.map(([, answer]) => Buffer.from(answer)),
  good: [
    Buffer.from(modbus.readRequest(to(77), 4, 1, 1)),
    Buffer.from(modbus.registersResponse(to(77), 4, [0x1234])),
  ],
  messages: modbusMessages,
  allowed: isAllowed,
  refusal: isException,
};

const byteOf = (db: number, byte: number, count = 1) => ({
  area: Area.DB,
  db,
  address: byte * 8,
  size: Size.byte,
  count,
});
const octets = (...bytes: number[]) => ({ code: ItemCode.success, size: DataSize.byte, bytes });
const done = ItemCode.success;
const file = s7.blockFile('DB', 7);

const s7Exchanges: readonly (readonly [Uint8Array, Uint8Array])[] = [
  [s7.readRequest(1, [byteOf(1, 0, 4)]), s7.readResponse(1, [octets(1, 2, 3, 4)])],
  [s7.writeRequest(2, [byteOf(1, 10)], [octets(9)]), s7.writeResponse(2, [done])],
  [
    s7.readRequest(3, [byteOf(5, 0, 2), byteOf(6, 1), byteOf(7, 2)]),
    s7.readResponse(3, [octets(1, 2), octets(3), octets(4)]),
  ],
  [s7.writeRequest(4, [byteOf(1, 9)], [octets(9)]), s7.writeResponse(4, [done])],
  [s7.plcStop(5), s7.ackData(5, [0x29])],
  [
    s7.writeRequest(6, [byteOf(1, 0), byteOf(1, 5, 2)], [octets(1), octets(2, 3)]),
    s7.writeResponse(6, [done, done]),
  ],
  [
    s7.writeRequest(7, [byteOf(1, 0), byteOf(2, 5)], [octets(1), octets(2)]),
    s7.writeResponse(7, [done, done]),
  ],
  [s7.requestDownload(8, file, 100, 60), s7.ackData(8, [0x1a])],
  [s7.readSzl(9, 0x11), s7.szlResponse(9, 0x11, 0, [[1, 2, 3, 4]])],
  [s7.startController(10), s7.ackData(10, [0x28])],
  [s7.blockService(11, '_INSE', [s7.blockName('DB', 7)]), s7.ackData(11, [0x28])],
  [s7.startUpload(12, file), s7.startUploadAck(12, 1, 100)],
  [s7.readRequest(13, [byteOf(1, 2)]), s7.readResponse(13, [octets(7)])],
];

const tsaps = { calling: Uint8Array.of(1, 0), called: Uint8Array.of(1, 2) };

export const S7COMM: Dialect = {
  protocol: 's7comm',
  opening: [
    connectionRequest({ source: 1, ...tsaps }),
    connectionConfirm({ source: 2, destination: 1, ...tsaps }),
    s7.setupRequest(100),
    s7.setupResponse(100, 480),
  ].map(bytes => Buffer.from(bytes)),
  requests: s7Exchanges.map(([request]) => Buffer.from(request)),
  answers: s7Exchanges.map(([, answer]) => Buffer.from(answer)),
  good: [Buffer.from(s7.readRequest(77, [byteOf(1, 0)])), Buffer.from(s7.readResponse(77, [octets(0x5a)]))],
  messages: s7Stream.s7Messages,
  allowed: s7Stream.isAllowed,
  refusal: s7Stream.isRefusal,
};

export const DIALECTS: readonly Dialect[] = [MODBUS, S7COMM];
