/**
 * An S7 controller as its network interface sees it: data blocks, program blocks, run state, clock, identity. What
 * its program does is a matter of the plant that owns it.
 *
 * @module
 */

import { BlockType, readBlock, type S7Block } from './s7-block.ts';
import type { S7Place, Tag } from './tag.ts';

export interface S7Identity {
  /** Order number of the CPU: `6ES7 315-2EH14-0AB0`. */
  readonly order: string;
  /** Name of the station and of the module, serial number. */
  readonly station: string;
  readonly module: string;
  readonly serial: string;
  readonly firmware: readonly [number, number, number];
}

export class S7Controller {
  readonly identity: S7Identity;
  /** RUN or STOP. */
  running = true;
  /** Inputs, outputs and flags; the drives here use none, but every CPU has them. */
  readonly areas = { inputs: area(128), outputs: area(128), flags: area(256) };
  readonly #blocks = new Map<number, S7Block>();
  /** Loaded, not linked in yet: the controller's passive list. */
  readonly #loaded = new Map<number, S7Block>();
  readonly #data = new Map<number, DataView>();
  readonly #now: () => number;
  /** By how much its clock was set, ms. */
  #clockOffset = 0;

  /** `now` gives ms since 1970 UTC. */
  constructor(identity: S7Identity, blocks: readonly S7Block[], now: () => number) {
    this.identity = identity;
    this.#now = now;
    for (const block of blocks) this.#link(block);
  }

  /** Blocks of the program, in order of type and number. */
  get blocks(): S7Block[] {
    return [...this.#blocks.values()].sort((a, b) => a.type - b.type || a.number - b.number);
  }

  block(type: number, number: number): S7Block | undefined {
    const found = this.#blocks.get(key(type, number));
    if (found === undefined || type !== BlockType.DB) return found;
    // What is uploaded of a data block is its present values.
    found.code.set(bytesOf(this.#data.get(number)!));
    return found;
  }

  /** A block as it was linked in, for whoever runs the program: a data block's present values are {@link data}. */
  code(type: number, number: number): S7Block | undefined {
    return this.#blocks.get(key(type, number));
  }

  /** Values of a data block, or undefined where there is no such block. */
  data(number: number): DataView | undefined {
    return this.#data.get(number);
  }

  /** Takes a downloaded block into load memory. False where the bytes are no block, or another one than announced. */
  load(type: number, number: number, bytes: Uint8Array): boolean {
    const block = readBlock(bytes);
    if (block === undefined || block.type !== type || block.number !== number) return false;
    this.#loaded.set(key(type, number), block);
    return true;
  }

  /** Links a loaded block into the program (`_INSE`). */
  activate(type: number, number: number): boolean {
    const block = this.#loaded.get(key(type, number));
    if (block === undefined) return false;
    this.#loaded.delete(key(type, number));
    this.#link(block);
    return true;
  }

  /** Deletes a block (`_DELE`). */
  delete(type: number, number: number): boolean {
    if (type === BlockType.DB) this.#data.delete(number);
    return this.#blocks.delete(key(type, number));
  }

  /**
   * Takes its supply away and gives it back: what was loaded and not linked in is lost, outputs and flags are zero, and the
   * CPU starts. Its program and the values of data blocks stay, as on a CPU with a memory card.
   */
  powerCycle(): void {
    this.#loaded.clear();
    for (const view of Object.values(this.areas)) bytesOf(view).fill(0);
    this.running = true;
  }

  /** Its clock, ms since 1970 UTC. */
  set clock(time: number) {
    this.#clockOffset = time - this.#now();
  }
  get clock(): number {
    return this.#now() + this.#clockOffset;
  }

  /** Value of a tag in a data block; NaN where the block does not reach so far, or is gone. */
  get(tag: Tag): number {
    const { db, byte, bit = 0 } = tag.place as S7Place;
    const view = this.#data.get(db);
    const size = tag.type === 'bool' ? 1 : 4;
    if (view === undefined || byte + size > view.byteLength) return Number.NaN;
    return tag.type === 'bool' ? (view.getUint8(byte) >> bit) & 1 : view.getFloat32(byte);
  }

  /** Sets a tag, where its data block is there. */
  set(tag: Tag, value: number): void {
    const { db, byte, bit = 0 } = tag.place as S7Place;
    const view = this.#data.get(db);
    const size = tag.type === 'bool' ? 1 : 4;
    if (view === undefined || byte + size > view.byteLength) return;
    if (tag.type === 'bool') {
      const others = view.getUint8(byte) & ~(1 << bit);
      view.setUint8(byte, others | (value ? 1 << bit : 0));
    } else view.setFloat32(byte, value);
  }

  #link(block: S7Block): void {
    this.#blocks.set(key(block.type, block.number), block);
    if (block.type !== BlockType.DB) return;
    const values = block.code.slice();
    this.#data.set(block.number, new DataView(values.buffer));
  }
}

/** Blocks are looked up each cycle: by a number, not by a name. */
function key(type: number, number: number): number {
  return type * 0x10000 + number;
}

function area(size: number): DataView {
  return new DataView(new ArrayBuffer(size));
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
