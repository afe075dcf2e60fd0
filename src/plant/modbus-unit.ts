/**
 * The memory of one Modbus unit: its four spaces, each from address 0 up to what the unit has.
 *
 * @module
 */

import { type ModbusPlace, type Tag, toCount } from './tag.ts';

export class ModbusUnit {
  readonly coils: Uint8Array;
  readonly discretes: Uint8Array;
  readonly inputs: Uint16Array;
  readonly holdings: Uint16Array;
  readonly #word = new DataView(new ArrayBuffer(4));

  /** Spaces as large as the `tags` of this unit need. */
  constructor(station: number, tags: readonly Tag[]) {
    const places = tags.filter(({ place }) => place.protocol === 'modbus' && place.station === station);
    const size = (space: ModbusPlace['space']): number =>
      Math.max(
        0,
        ...places.map(({ place, type }) => {
          const { space: its, address } = place as ModbusPlace;
          return its === space ? address + (type === 'float32' ? 2 : 1) : 0;
        }),
      );
    this.coils = new Uint8Array(size('coil'));
    this.discretes = new Uint8Array(size('discrete'));
    this.inputs = new Uint16Array(size('input'));
    this.holdings = new Uint16Array(size('holding'));
  }

  /** Engineering value of a tag; 0 or 1 for bool. */
  get(tag: Tag): number {
    const { space, address } = tag.place as ModbusPlace;
    if (space === 'coil') return this.coils[address]!;
    if (space === 'discrete') return this.discretes[address]!;
    const words = space === 'input' ? this.inputs : this.holdings;
    if (tag.type === 'float32') {
      this.#word.setUint16(0, words[address]!);
      this.#word.setUint16(2, words[address + 1]!);
      return this.#word.getFloat32(0);
    }
    const word = words[address]!;
    return (tag.type === 'int16' ? (word << 16) >> 16 : word) * tag.scale;
  }

  set(tag: Tag, value: number): void {
    const { space, address } = tag.place as ModbusPlace;
    if (space === 'coil') this.coils[address] = value ? 1 : 0;
    else if (space === 'discrete') this.discretes[address] = value ? 1 : 0;
    else {
      const words = space === 'input' ? this.inputs : this.holdings;
      if (tag.type === 'float32') {
        this.#word.setFloat32(0, value);
        words[address] = this.#word.getUint16(0);
        words[address + 1] = this.#word.getUint16(2);
      } else words[address] = toCount(tag, value) & 0xffff;
    }
  }
}
