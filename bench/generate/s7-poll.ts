/**
 * A station that reads variables of an S7 controller, several in a request, and now and then writes.
 *
 * @module
 */

import { connectionConfirm, connectionRequest } from '../../src/protocol/osi/encode.ts';
import { Area, Size } from '../../src/protocol/s7comm/areas.ts';
import {
  type AnyVariable,
  type DataItem,
  readRequest,
  readResponse,
  readSzl,
  setupRequest,
  setupResponse,
  szlResponse,
  writeRequest,
  writeResponse,
} from '../../src/protocol/s7comm/encode.ts';
import { DataSize, ItemCode } from '../../src/protocol/s7comm/items.ts';
import type { Dialogue } from './dialogue.ts';
import type { Random } from './random.ts';

const PDU_LENGTH = 480;
/** What an item of a read answer takes beside its bytes, and an answer beside its items. */
const VALUE_HEADER = 5;
const ANSWER_HEADER = 14;
/**
 * Items of a request: most ask for one at a time, some fill their requests, which hold twenty; 3.3 on average. In
 * recorded traffic of stations and panels it was 2.0 over all messages, between 1 and 8 from site to site.
 */
const MOST_ITEMS = 20;
const ITEMS = [1, 1, 1, 1, 1, 1, 1, 2, 4, MOST_ITEMS] as const;
/** Bytes of the variables, by their number in the request. */
const BYTES = [1, 2, 4, 8, 16, 32, 64, 128, 200] as const;

/** Exchanges in 100 that write, and that ask for a system status list. */
const WRITES = 3;
const STATUS_LISTS = 0.5;
/** Items in 100 that fail, and whose value has changed. */
const FAILURES = 0.2;
const CHANGES = 10;
const MODULE_IDENTIFICATION = 0x0011;

/** A variable of the poll, and the value there. */
interface Item {
  readonly variable: AnyVariable;
  readonly value: DataItem & { readonly bytes: Uint8Array };
}

export class S7Poll implements Dialogue {
  readonly protocol = 's7comm';
  readonly port = 102;
  readonly greetings = 2;
  request: Uint8Array = new Uint8Array(0);
  response: Uint8Array = new Uint8Array(0);
  readonly #random: Random;
  readonly #reads: readonly (readonly Item[])[];

  constructor(random: Random) {
    this.#random = random;
    this.#reads = Array.from({ length: random.between(1, 4) }, () => items(random, random.pick(ITEMS)));
  }

  exchange(index: number): void {
    const random = this.#random;
    const reference = index & 0xffff;
    if (index === 0) this.#connect();
    else if (index === 1) this.#setup(reference);
    else if (random.chance(WRITES)) this.#write(reference);
    else if (random.chance(STATUS_LISTS)) this.#status(reference);
    else this.#read(reference, this.#reads[index % this.#reads.length]!);
  }

  #connect(): void {
    const calling = Uint8Array.of(1, 0);
    const called = Uint8Array.of(1, 2);
    this.request = connectionRequest({ source: 1, calling, called });
    this.response = connectionConfirm({ destination: 1, source: 2, calling, called });
  }

  #setup(reference: number): void {
    this.request = setupRequest(reference, PDU_LENGTH);
    this.response = setupResponse(reference, PDU_LENGTH);
  }

  #read(reference: number, list: readonly Item[]): void {
    this.request = readRequest(
      reference,
      list.map(({ variable }) => variable),
    );
    this.response = readResponse(
      reference,
      list.map(item => this.#answer(item)),
    );
  }

  #answer({ value }: Item): DataItem {
    const random = this.#random;
    if (random.chance(FAILURES)) return { code: ItemCode.address, size: DataSize.none, bytes: [] };
    if (random.chance(CHANGES)) change(random, value);
    return value;
  }

  #write(reference: number): void {
    const list = items(this.#random, this.#random.between(1, 2));
    this.request = writeRequest(
      reference,
      list.map(({ variable }) => variable),
      list.map(({ value }) => value),
    );
    this.response = writeResponse(
      reference,
      list.map(() => ItemCode.success),
    );
  }

  #status(reference: number): void {
    this.request = readSzl(reference, MODULE_IDENTIFICATION);
    const records = [1, 6, 7].map(index => [0, index, ...bytes(this.#random, 26)]);
    this.response = szlResponse(reference, MODULE_IDENTIFICATION, 0, records);
  }
}

/** Variables whose answer fits a PDU, with their values. */
function items(random: Random, count: number): Item[] {
  const most = Math.floor((PDU_LENGTH - ANSWER_HEADER) / count) - VALUE_HEADER;
  const db = random.between(1, 60);
  return Array.from({ length: count }, () => {
    const chosen = variable(random, db, most);
    return { variable: chosen, value: firstValue(random, chosen) };
  });
}

/** Mostly bytes of a data block, else single variables there and in the process image. */
function variable(random: Random, db: number, most: number): AnyVariable {
  const at = random.below(400) * 8;
  switch (random.below(6)) {
    case 0:
      return { area: Area.DB, db, address: at + random.below(8), size: Size.bit };
    case 1:
      return {
        area: Area.DB,
        db,
        address: at,
        size: random.pick([Size.word, Size.int, Size.real, Size.dword]),
      };
    case 2:
      return { area: random.pick([Area.I, Area.Q, Area.M]), address: at, size: Size.byte, count: 2 };
    default: {
      const bytes = BYTES.filter(count => count <= most);
      return { area: Area.DB, db, address: at, size: Size.byte, count: random.pick(bytes) };
    }
  }
}

function firstValue(random: Random, { size, count = 1 }: AnyVariable): Item['value'] {
  if (size === Size.bit) return { size: DataSize.bit, bytes: Uint8Array.of(random.below(2)) };
  return { size: DataSize.byte, bytes: bytes(random, count * elementBytes(size)) };
}

/** A bit turns; of bytes one becomes another. */
function change(random: Random, { size, bytes }: Item['value']): void {
  if (size === DataSize.bit) bytes[0]! ^= 1;
  else bytes[random.below(bytes.length)] = random.below(256);
}

function bytes(random: Random, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, () => random.below(256));
}

function elementBytes(size: Size): number {
  if (size === Size.byte) return 1;
  return size === Size.word || size === Size.int ? 2 : 4;
}
