/**
 * Tags of a plant: engineering names for objects in its controllers' memory, with type, scale, unit and the range
 * in which the plant is safe. Controllers keep their values in that memory, so that what a station reads or
 * writes over the network is what the control program works with.
 *
 * @module
 */

export type TagType = 'bool' | 'uint16' | 'int16' | 'float32';

/** An object of a Modbus unit. Addresses are zero-based as on the wire; a float32 takes two registers, high word first. */
export interface ModbusPlace {
  readonly protocol: 'modbus';
  readonly station: number;
  readonly space: 'coil' | 'discrete' | 'input' | 'holding';
  readonly address: number;
}

/** An object in a data block of an S7 controller. `bit` counts within the byte, for bool. */
export interface S7Place {
  readonly protocol: 's7comm';
  readonly db: number;
  readonly byte: number;
  readonly bit?: number;
}

export interface Tag {
  readonly name: string;
  /** Host name of the controller that has it. */
  readonly controller: string;
  readonly place: ModbusPlace | S7Place;
  readonly type: TagType;
  /** Engineering value of one count; 1 for float32 and bool. */
  readonly scale: number;
  /** Engineering unit, '' for bool. */
  readonly unit: string;
  /** Engineering values, both included, at which the plant is safe: for settings what may be set, for readings what may be seen. */
  readonly range?: readonly [number, number];
  /** True for what stations may want to change. */
  readonly setting: boolean;
  readonly meaning: string;
}

const WORDS = { bool: 1, uint16: 1, int16: 1, float32: 2 } as const;

/** Addresses that the tag takes in its space, for Modbus. */
export function addressCount(tag: Tag): number {
  return WORDS[tag.type];
}

/** The tag's object as a policy writes it: `holding 10-11`, `DB1.DBD0`, `DB1.DBX4.0`. */
export function objectText(tag: Tag): string {
  const { place } = tag;
  if (place.protocol === 'modbus') {
    const last = place.address + addressCount(tag) - 1;
    return `${place.space} ${place.address}${last > place.address ? `-${last}` : ''}`;
  }
  if (tag.type === 'bool') return `DB${place.db}.DBX${place.byte}.${place.bit ?? 0}`;
  return `DB${place.db}.DB${tag.type === 'float32' ? 'D' : 'W'}${place.byte}`;
}

/** The count that stands for an engineering value, within what the type can hold. */
export function toCount(tag: Tag, value: number): number {
  const count = Math.round(value / tag.scale);
  if (tag.type === 'int16') return Math.min(Math.max(count, -32768), 32767);
  return Math.min(Math.max(count, 0), 65535);
}

/** True if `value` lies in the tag's range, or it has none. */
export function withinRange(tag: Tag, value: number): boolean {
  return tag.range === undefined || (value >= tag.range[0] && value <= tag.range[1]);
}
