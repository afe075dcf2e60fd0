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

/** What is asked in one request of the poll. */
interface Block {
  readonly code: number;
  readonly address: number;
  readonly quantity: number;
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

/** Exchanges in 100 that write, and that end in an exception. */
const WRITES = 3;
const EXCEPTIONS = 0.5;

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

  #read(to: Header, { code, address, quantity }: Block): void {
    this.request = readRequest(to, code, address, quantity);
    if (this.#random.chance(EXCEPTIONS)) {
      this.response = exceptionResponse(to, code, ExceptionCode.illegalDataAddress);
    } else if (readsBits(code)) {
      this.response = bitsResponse(to, code, this.#bits(quantity));
    } else {
      this.response = registersResponse(to, code, this.#registers(quantity));
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
        const bits = this.#bits(random.pick(BITS));
        this.request = writeCoilsRequest(to, address, bits);
        this.response = writeMultipleResponse(to, Fc.writeMultipleCoils, address, bits.length);
        break;
      }
      default: {
        const registers = this.#registers(random.pick([1, 2, 4, 10]));
        this.request = writeRegistersRequest(to, address, registers);
        this.response = writeMultipleResponse(to, Fc.writeMultipleRegisters, address, registers.length);
      }
    }
  }

  /** Values near to each other, as measurements are. */
  #registers(count: number): number[] {
    const base = this.#random.below(0xff00);
    return Array.from({ length: count }, () => base + this.#random.below(0x100));
  }

  #bits(count: number): boolean[] {
    return Array.from({ length: count }, () => this.#random.chance(30));
  }
}

function block(random: Random): Block {
  const code = random.pick(CODES);
  return { code, address: random.below(9000), quantity: random.pick(readsBits(code) ? BITS : REGISTERS) };
}

function readsBits(code: number): boolean {
  return code === Fc.readCoils || code === Fc.readDiscreteInputs;
}
