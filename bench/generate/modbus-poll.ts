/**
 * A station that polls a Modbus controller block by block and now and then writes.
 *
 * @module
 */

import {
  bitsResponse,
  exceptionResponse,
  type Header,
  readRequest,
  registersResponse,
  writeCoil,
  writeCoilsRequest,
  writeMultipleResponse,
  writeRegister,
  writeRegistersRequest,
} from '../../src/protocol/modbus/encode.ts';
import { ExceptionCode } from '../../src/protocol/modbus/errors.ts';
import { Fc } from '../../src/protocol/modbus/functions.ts';
import type { Dialogue } from './dialogue.ts';
import type { Random } from './random.ts';

/** What is asked in one request of the poll, and the values there: registers, or bits as 0 and 1. */
interface Block {
  readonly code: number;
  readonly address: number;
  readonly values: number[];
}

/** How often the functions are met in a poll: registers far more often than bits. */
const CODES = [
  Fc.readHoldingRegisters,
  Fc.readHoldingRegisters,
  Fc.readHoldingRegisters,
  Fc.readInputRegisters,
  Fc.readCoils,
  Fc.readDiscreteInputs,
] as const;
const REGISTERS = [1, 2, 4, 10, 16, 32, 60, 125] as const;
const BITS = [1, 8, 16, 24, 100, 256] as const;

/** Exchanges in 100 that write, that end in an exception, and reads that find some values changed. */
const WRITES = 3;
const EXCEPTIONS = 0.5;
const CHANGES = 40;

export class ModbusPoll implements Dialogue {
  readonly protocol = 'modbus';
  readonly port = 502;
  readonly greetings = 0;
  request: Uint8Array = new Uint8Array(0);
  response: Uint8Array = new Uint8Array(0);
  readonly #random: Random;
  readonly #unit: number;
  readonly #blocks: readonly Block[];

  constructor(random: Random) {
    this.#random = random;
    this.#unit = random.pick([1, 1, 1, 2, 17, 255]);
    this.#blocks = Array.from({ length: random.between(2, 6) }, () => block(random));
  }

  exchange(index: number): void {
    const random = this.#random;
    const to: Header = { transaction: (index + 1) & 0xffff, unit: this.#unit };
    if (random.chance(WRITES)) this.#write(to);
    else this.#read(to, this.#blocks[index % this.#blocks.length]!);
  }

  #read(to: Header, { code, address, values }: Block): void {
    const random = this.#random;
    this.request = readRequest(to, code, address, values.length);
    if (random.chance(CHANGES)) change(random, code, values);
    if (random.chance(EXCEPTIONS)) {
      this.response = exceptionResponse(to, code, ExceptionCode.illegalDataAddress);
    } else if (readsBits(code)) {
      this.response = bitsResponse(to, code, values.map(Boolean));
    } else {
      this.response = registersResponse(to, code, values);
    }
  }

  #write(to: Header): void {
    const random = this.#random;
    const address = random.below(2000);
    switch (random.below(4)) {
      case 0:
        this.request = writeCoil(to, address, random.chance(50));
        this.response = this.request;
        break;
      case 1:
        this.request = writeRegister(to, address, random.below(0x10000));
        this.response = this.request;
        break;
      case 2: {
        const bits = Array.from({ length: random.pick(BITS) }, () => random.chance(30));
        this.request = writeCoilsRequest(to, address, bits);
        this.response = writeMultipleResponse(to, Fc.writeMultipleCoils, address, bits.length);
        break;
      }
      default: {
        const registers = Array.from({ length: random.pick([1, 2, 4, 10]) }, () => random.below(0x10000));
        this.request = writeRegistersRequest(to, address, registers);
        this.response = writeMultipleResponse(to, Fc.writeMultipleRegisters, address, registers.length);
      }
    }
  }
}

function block(random: Random): Block {
  const code = random.pick(CODES);
  const bits = readsBits(code);
  const values = Array.from({ length: random.pick(bits ? BITS : REGISTERS) }, () =>
    random.below(bits ? 2 : 0xff00),
  );
  return { code, address: random.below(9000), values };
}

/** Up to a quarter of the values change: a bit turns, a register moves a little, as measurements do. */
function change(random: Random, code: number, values: number[]): void {
  for (let left = random.between(1, 1 + (values.length >> 2)); left > 0; left--) {
    const at = random.below(values.length);
    const value = values[at]!;
    values[at] = readsBits(code) ? 1 - value : (value + random.between(-20, 20)) & 0xffff;
  }
}

function readsBits(code: number): boolean {
  return code === Fc.readCoils || code === Fc.readDiscreteInputs;
}
