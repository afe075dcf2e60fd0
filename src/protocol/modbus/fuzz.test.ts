/**
 * A million mutated messages: nothing throws, nothing outside the message is read, `observe` says what `decode` does, time
 * is bounded, and a good message afterwards is still understood.
 */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { computed } from '../../../test/cpu-time.ts';
import { Operation, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { VALUE_BITS, ValueType } from '../../operation/value.ts';
import { Answer, type Conversation, Why } from '../protocol.ts';
import * as encode from './encode.ts';
import { modbus } from './modbus.ts';
import { Exchange } from './testing.ts';

const MESSAGES = 1_000_000;
const SEED = 20261121;
const PER_CONVERSATION = 1000;

const to = { transaction: 1, unit: 1 };
const REQUESTS = [
  encode.readRequest(to, 1, 19, 19),
  encode.readRequest(to, 2, 196, 22),
  encode.readRequest(to, 3, 107, 3),
  encode.readRequest(to, 4, 8, 1),
  encode.writeCoil(to, 172, true),
  encode.writeRegister(to, 1, 3),
  encode.bareRequest(to, 7),
  encode.diagnostics(to, 0, [0xa537, 1]),
  encode.diagnostics(to, 11, [0]),
  encode.bareRequest(to, 11),
  encode.bareRequest(to, 12),
  encode.writeCoilsRequest(to, 19, [true, false, true, true, false, false, true, true, true, false]),
  encode.writeRegistersRequest(to, 1, [10, 258]),
  encode.bareRequest(to, 17),
  encode.readFileRequest(to, [
    { file: 4, record: 1, records: 2 },
    { file: 3, record: 9, records: 2 },
  ]),
  encode.writeFile(to, [
    { file: 4, record: 7, values: [1711, 1214, 4109] },
    { file: 5, record: 7, values: [1] },
  ]),
  encode.maskWrite(to, 4, 242, 37),
  encode.readWriteRequest(to, 3, 6, 14, [255, 255, 255]),
  encode.readFifoRequest(to, 1246),
  encode.canopen(to, [1, 2, 3]),
  encode.identificationRequest(to, 1, 0),
  encode.umas(to, 0, 0x41, [1, 2]),
];
const RESPONSES = [
  encode.bitsResponse(to, 1, new Array(19).fill(true)),
  encode.bitsResponse(to, 2, new Array(22).fill(true)),
  encode.registersResponse(to, 3, [555, 0, 100]),
  encode.registersResponse(to, 4, [10]),
  encode.writeCoil(to, 172, true),
  encode.writeRegister(to, 1, 3),
  encode.exceptionStatusResponse(to, 0x6d),
  encode.diagnostics(to, 0, [0xa537, 1]),
  encode.diagnostics(to, 11, [7]),
  encode.eventCounterResponse(to, true, 264),
  encode.eventLogResponse(to, false, 264, 289, [32, 0]),
  encode.writeMultipleResponse(to, 15, 19, 10),
  encode.writeMultipleResponse(to, 16, 1, 2),
  encode.serverIdResponse(to, [0x41, 0xff]),
  encode.readFileResponse(to, [
    [1, 2],
    [3, 4],
  ]),
  encode.writeFile(to, [{ file: 4, record: 7, values: [1711, 1214, 4109] }]),
  encode.maskWrite(to, 4, 242, 37),
  encode.registersResponse(to, 23, [1, 2, 3, 4, 5, 6]),
  encode.readFifoResponse(to, [440, 4740]),
  encode.identificationResponse(to, {
    access: 1,
    conformity: 1,
    objects: [
      [0, 'Acme'],
      [0x80, 'x'],
    ],
  }),
  encode.umas(to, 0, 0xfe, [1, 2]),
  encode.umas(to, 0, 0xfd, [0x83]),
  encode.exceptionResponse(to, 3, 2),
];

/** xorshift32: the same sequence from the same seed everywhere. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 1;
  }

  /** 0 to `below` - 1. */
  next(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % below;
  }
}

const EDGES = [0, 1, 2, 3, 4, 6, 7, 0x0d, 0x0e, 0x7d, 0x7e, 0x7f, 0x80, 0xf5, 0xfb, 0xfe, 0xff];

/** Changes some of the message at 0..length, and mostly its header to fit; returns its new length. */
function mutate(random: Random, bytes: Uint8Array, from: Uint8Array): number {
  let length = from.length;
  bytes.set(from);
  for (let changes = random.next(4); changes > 0; changes--) {
    const at = 6 + random.next(length - 6);
    switch (random.next(4)) {
      case 0:
        bytes[at] = EDGES[random.next(EDGES.length)]!;
        break;
      case 1:
        bytes[at]! ^= 1 << random.next(8);
        break;
      case 2:
        length = Math.max(8, length - random.next(8));
        break;
      default:
        for (let more = random.next(random.next(8) === 0 ? 250 : 8); more > 0; more--) {
          if (length < 260) bytes[length++] = random.next(256);
        }
    }
  }
  bytes[1] = random.next(3);
  if (random.next(50) === 0) bytes[2 + random.next(4)] = random.next(256);
  else {
    bytes[4] = (length - 6) >> 8;
    bytes[5] = (length - 6) & 0xff;
  }
  return length;
}

/** Takes in all that an operation says, and that its values lie within the bytes that it names. */
class Digest implements Sink {
  value = 0;
  items = 0;

  add(number: number): void {
    this.value = (Math.imul(this.value, 31) + number) | 0;
  }

  operation(op: Operation): void {
    this.items++;
    assert.ok(this.items <= op.items);
    for (const number of [op.side, op.phase, op.reference, op.station, op.fn, op.code, op.subcode, op.verb]) {
      this.add(number);
    }
    for (const number of [op.item, op.items, op.outcome, op.error, op.anomalies, op.space, op.area])
      this.add(number);
    for (const number of [op.address, op.extent, op.valueLength, op.valueType, op.valueCount])
      this.add(number);
    assert.ok(op.valueCount * VALUE_BITS[op.valueType]! <= op.valueLength * 8);
    if (op.valueType === ValueType.none) assert.equal(op.valueLength, 0);
    for (let i = 0; i < op.valueLength; i++) this.add(op.valueView.getUint8(op.valueAt + i));
    if (op.valueCount > 0) op.value(op.valueCount - 1);
    if (op.nameLength > 0) this.add(op.name().length);
  }
}

/** One of the two surroundings in which each message is put. */
class Place {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  conversation: Conversation = modbus.open({ requests: 8, bytes: 1024 });
  readonly digest = new Digest();
  readonly #op = new Operation();
  readonly #answer = new Answer();

  readonly #observes: boolean;

  /** `observes`: as a monitor does, not as a gateway. */
  constructor(size: number, observes: boolean) {
    this.#observes = observes;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Everything that the protocol says of the message `at..end`, as one number. */
  run(side: Side, at: number, end: number): number {
    const { view, digest, conversation } = this;
    digest.value = 0;
    digest.add(modbus.recognise(side, view, at, end));
    digest.add(modbus.resync(side, view, at, end) - at);
    const length = modbus.frame(side, view, at, end);
    digest.add(length);
    if (length !== end - at) return digest.value;
    digest.items = 0;
    if (conversation.refuse(side, view, at, end, Why.denied, this.#answer)) digest.add(this.#answer.length);
    if (this.#observes) conversation.observe(side, view, at, end, this.#op, digest);
    else {
      conversation.decode(side, view, at, end, this.#op, digest);
      conversation.follow(side, view, at, end);
    }
    assert.ok(digest.items > 0);
    assert.equal(digest.items, this.#op.items);
    digest.add(conversation.waiting(Side.client));
    digest.add(conversation.nextTicket(Side.client));
    return digest.value;
  }
}

test(`${MESSAGES} mutated messages, seed ${SEED}`, () => {
  const random = new Random(SEED);
  const message = new Uint8Array(1024);
  const amid = new Place(1024, false);
  let slowest = 0;
  let decoded = 0;
  // Ends where its message ends: whoever reads on reads outside the view.
  const places = new Map<number, Place>();
  let edge = modbus.open({ requests: 8, bytes: 1024 });
  for (let i = 0; i < MESSAGES; i++) {
    if (i % PER_CONVERSATION === 0) {
      amid.conversation = modbus.open({ requests: 8, bytes: 1024 });
      edge = modbus.open({ requests: 8, bytes: 1024 });
      goodMessage();
    }
    const side = random.next(2) === 0 ? Side.client : Side.server;
    const source = side === Side.client ? REQUESTS : RESPONSES;
    const length = mutate(random, message, source[random.next(source.length)]!);

    const at = random.next(300);
    amid.bytes.fill(i & 0xff, 0, at);
    for (let k = 0; k < length; k++) amid.bytes[at + k] = message[k]!;
    amid.bytes.fill(~i & 0xff, at + length, at + length + 300);

    const size = length + (i % 3);
    const last = places.get(size) ?? new Place(size, true);
    places.set(size, last);
    last.conversation = edge;
    for (let k = 0; k < length; k++) last.bytes[size - length + k] = message[k]!;

    const start = i % 64 === 0 ? computed() : 0;
    const first = amid.run(side, at, at + length);
    if (start > 0) slowest = Math.max(slowest, computed() - start);
    const second = last.run(side, size - length, size);
    if (first !== second) {
      assert.fail(
        `message ${i} depends on its surroundings, or on who looks: ${Buffer.from(message.subarray(0, length)).toString('hex')}`,
      );
    }
    if (amid.digest.items > 0) decoded++;
  }
  goodMessage();
  // No message takes long; the margin is for a collection or a compilation in between.
  assert.ok(slowest < 250, `slowest ${slowest} ms`);
  assert.ok(decoded > MESSAGES * 0.9, `${decoded} decoded`);
});

function goodMessage(): void {
  const exchange = new Exchange();
  assert.deepEqual(exchange.request('03 006b 0003'), ['read holding 107-109 asked']);
  assert.deepEqual(exchange.response('03 06 022b 0000 0064'), ['read holding 107-109 = 555 0 100 ok']);
}
