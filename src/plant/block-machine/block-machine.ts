/**
 * Runs the code blocks of a controller's program: each cycle OB35, then OB1, and what they call. Blocks are any bytes
 * that somebody downloaded: what they do is bounded, and what they cannot do ends in a {@link Fault}, upon which the
 * controller goes to STOP, as a CPU does that lacks the error OBs.
 *
 * @module
 */

import { BlockType, blockName, type S7Block } from '../s7-block.ts';
import { BY_CODE, formLength, MARK, WIDTH_BYTES, Width } from './instructions.ts';

/** What a program works on. */
export interface Memory {
  readonly inputs: DataView;
  readonly outputs: DataView;
  readonly flags: DataView;
  data(number: number): DataView | undefined;
  block(type: number, number: number): S7Block | undefined;
}

/** Why a program cannot go on, and where. */
export interface Fault {
  readonly cause: string;
  /** Block, and offset in its body. */
  readonly block: string;
  readonly at: number;
}

/** Instructions of one cycle at most (a block move counts one for each 16 bytes): the cycle monitoring time. */
export const CYCLE_LIMIT = 20_000;
/** Blocks within blocks, as on a CPU 315. */
export const DEPTH = 8;

/** Bytes of each instruction, by code. */
const LENGTHS = Uint8Array.from(BY_CODE, each => (each === undefined ? 4 : formLength(each.form)));

/** Areas in the order of {@link AREAS}. */
const AREA = { inputs: 0, outputs: 1, flags: 2, DB: 3, DI: 4 } as const;

export class BlockMachine {
  readonly #memory: Memory;
  #left = 0;
  #fault: Fault | undefined;
  #block: S7Block | undefined;
  #at = 0;
  #accumulator1 = 0;
  #accumulator2 = 0;
  /** Result of logic operation, and whether the next bit begins a new row. */
  #result = false;
  #first = true;
  #register1 = 0;
  #register2 = 0;
  #shared: DataView | undefined;
  #instance: DataView | undefined;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** One cycle. A program without OB1 does nothing, as a CPU's. */
  cycle(): Fault | undefined {
    this.#left = CYCLE_LIMIT;
    this.#fault = undefined;
    for (const number of [35, 1]) {
      const block = this.#memory.block(BlockType.OB, number);
      if (block === undefined) continue;
      this.#accumulator1 = 0;
      this.#accumulator2 = 0;
      this.#register1 = 0;
      this.#register2 = 0;
      this.#shared = undefined;
      this.#instance = undefined;
      this.#run(block, 0);
      if (this.#fault !== undefined) break;
    }
    return this.#fault;
  }

  #fail(cause: string): false {
    const { type = 0, number = 0 } = this.#block ?? {};
    this.#fault ??= { cause, block: blockName(type, number), at: this.#at };
    return false;
  }

  /** Runs a block to its end. False upon a fault. */
  #run(block: S7Block, depth: number): boolean {
    const { code } = block;
    const view = new DataView(code.buffer, code.byteOffset, code.byteLength);
    this.#block = block;
    this.#at = 0;
    this.#first = true;
    for (let i = 0; i < MARK.length; i++) {
      if (code[i] !== MARK[i]) return this.#fail('the body is not in the form of this machine');
    }
    let at = MARK.length;
    while (at < code.length) {
      this.#at = at;
      if (--this.#left < 0) return this.#fail('cycle time exceeded');
      const instruction = at + 4 > code.length ? undefined : BY_CODE[view.getUint8(at)];
      if (instruction === undefined) return this.#fail('no such instruction');
      const next = at + LENGTHS[instruction.code]!;
      if (next > code.length) return this.#fail('the body ends within an instruction');
      const operand = view.getUint16(at + 2);
      switch (instruction.mnemonic) {
        case 'BE':
          return true;
        case 'JU':
        case 'JC':
        case 'JCN': {
          const taken = instruction.mnemonic === 'JU' || this.#result === (instruction.mnemonic === 'JC');
          if (instruction.mnemonic !== 'JU') this.#first = true;
          at = taken ? operand : next;
          if (at < MARK.length || at > code.length) return this.#fail('a jump leaves the block');
          continue;
        }
        case 'UC FC':
          if (!this.#call(BlockType.FC, operand, depth)) return false;
          this.#block = block;
          break;
        case 'CALL FB': {
          const before = this.#instance;
          this.#instance = this.#memory.data(view.getUint16(at + 4));
          if (this.#instance === undefined) return this.#fail('the instance data block is missing');
          if (!this.#call(BlockType.FB, operand, depth)) return false;
          this.#instance = before;
          this.#block = block;
          break;
        }
        case 'OPN DB':
          this.#shared = this.#memory.data(operand);
          if (this.#shared === undefined) return this.#fail(`DB${operand} is missing`);
          break;
        case 'OPN DI':
          this.#instance = this.#memory.data(operand);
          if (this.#instance === undefined) return this.#fail(`DB${operand} is missing`);
          break;
        case 'LAR1':
          this.#register1 = this.#accumulator1;
          break;
        case 'LAR2':
          this.#register2 = this.#accumulator1;
          break;
        case 'BLKMOV':
          if (!this.#move(operand)) return false;
          break;
        case 'L':
          this.#accumulator2 = this.#accumulator1;
          if (instruction.form === 'number') this.#accumulator1 = view.getFloat32(at + 4);
          else if (!this.#access(view.getUint8(at + 1), operand, false)) return false;
          break;
        case 'T':
          if (!this.#access(view.getUint8(at + 1), operand, true)) return false;
          break;
        case 'A':
        case 'AN':
        case 'O':
        case '=':
        case 'S':
        case 'R':
          if (!this.#bit(instruction.mnemonic, view.getUint8(at + 1), operand)) return false;
          break;
        default:
          this.#calculate(instruction.mnemonic);
      }
      at = next;
    }
    return true;
  }

  #call(type: BlockType, number: number, depth: number): boolean {
    const block = this.#memory.block(type, number);
    if (block === undefined) return this.#fail(`${blockName(type, number)} is missing`);
    if (depth + 1 >= DEPTH) return this.#fail('blocks are nested too deep');
    return this.#run(block, depth + 1);
  }

  #calculate(mnemonic: string): void {
    const [a, b] = [this.#accumulator2, this.#accumulator1];
    switch (mnemonic) {
      case '+R':
        this.#accumulator1 = a + b;
        return;
      case '-R':
        this.#accumulator1 = a - b;
        return;
      case '*R':
        this.#accumulator1 = a * b;
        return;
      case '/R':
        this.#accumulator1 = a / b;
        return;
      case 'MIN':
        this.#accumulator1 = Math.min(a, b);
        return;
      case 'MAX':
        this.#accumulator1 = Math.max(a, b);
        return;
      case '>R':
        this.#compared(a > b);
        return;
      case '<R':
        this.#compared(a < b);
        return;
      case '>=R':
        this.#compared(a >= b);
        return;
      case '<=R':
        this.#compared(a <= b);
        return;
      case '==R':
        this.#compared(a === b);
    }
  }

  #compared(result: boolean): void {
    this.#result = result;
    this.#first = false;
  }

  /** Loads into, or transfers from, accumulator 1. */
  #access(place: number, operand: number, write: boolean): boolean {
    const width = ((place >> 3) & 3) as Width;
    if (width === Width.bit) return this.#fail('a bit is no value');
    const view = this.#area(place);
    const at = this.#address(place, operand, WIDTH_BYTES[width], view);
    if (view === undefined || at < 0) return false;
    const value = this.#accumulator1;
    switch (width) {
      case Width.byte:
        if (write) view.setUint8(at, whole(value, 0, 255));
        else this.#accumulator1 = view.getUint8(at);
        return true;
      case Width.word:
        if (write) view.setInt16(at, whole(value, -32768, 32767));
        else this.#accumulator1 = view.getInt16(at);
        return true;
      case Width.real:
        if (write) view.setFloat32(at, value);
        else this.#accumulator1 = view.getFloat32(at);
        return true;
    }
  }

  #bit(mnemonic: string, place: number, operand: number): boolean {
    if (((place >> 3) & 3) !== Width.bit) return this.#fail('a value is no bit');
    const view = this.#area(place);
    const at = this.#address(place, operand >> 3, 1, view);
    if (view === undefined || at < 0) return false;
    const mask = 1 << (operand & 7);
    const byte = view.getUint8(at);
    const set = (byte & mask) !== 0;
    switch (mnemonic) {
      case 'A':
        this.#result = set && (this.#first || this.#result);
        this.#first = false;
        return true;
      case 'AN':
        this.#result = !set && (this.#first || this.#result);
        this.#first = false;
        return true;
      case 'O':
        this.#result = set || (!this.#first && this.#result);
        this.#first = false;
        return true;
      case '=':
        view.setUint8(at, this.#result ? byte | mask : byte & ~mask);
        break;
      case 'S':
        if (this.#result) view.setUint8(at, byte | mask);
        break;
      case 'R':
        if (this.#result) view.setUint8(at, byte & ~mask);
    }
    this.#first = true;
    return true;
  }

  #move(count: number): boolean {
    this.#left -= count >> 4;
    const [from, to] = [this.#shared, this.#instance];
    if (from === undefined || to === undefined) return this.#fail('no data block is open');
    const [source, target] = [this.#register1, this.#register2];
    if (!fits(source, count, from.byteLength) || !fits(target, count, to.byteLength)) {
      return this.#fail('an address outside its area');
    }
    const bytes = new Uint8Array(from.buffer, from.byteOffset + source, count);
    new Uint8Array(to.buffer, to.byteOffset + target, count).set(bytes);
    return true;
  }

  #area(place: number): DataView | undefined {
    switch (place & 7) {
      case AREA.inputs:
        return this.#memory.inputs;
      case AREA.outputs:
        return this.#memory.outputs;
      case AREA.flags:
        return this.#memory.flags;
      case AREA.DB:
        if (this.#shared === undefined) this.#fail('no data block is open');
        return this.#shared;
      case AREA.DI:
        if (this.#instance === undefined) this.#fail('no data block is open');
        return this.#instance;
      default:
        this.#fail('no such area');
        return undefined;
    }
  }

  /** Where the operand lies, or -1. */
  #address(place: number, byte: number, size: number, view: DataView | undefined): number {
    const index = place >> 5;
    const at = byte + (index === 0 ? 0 : index === 1 ? this.#register1 : this.#register2);
    if (index > 2 || view === undefined || !fits(at, size, view.byteLength)) {
      this.#fail('an address outside its area');
      return -1;
    }
    return at;
  }
}

/** True for a whole number from which `size` bytes lie within `length`; registers may hold anything. */
function fits(at: number, size: number, length: number): boolean {
  return Number.isInteger(at) && at >= 0 && at + size <= length;
}

function whole(value: number, least: number, most: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.round(value), least), most);
}
