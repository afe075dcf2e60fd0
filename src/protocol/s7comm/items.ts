/**
 * The variables that read, write and cyclic services name, and the values that they carry.
 *
 * A variable:
 *
 *     0        0x12
 *     1        length of what follows
 *     2        syntax
 *     S7ANY:   transport size, count (2), DB number (2), area, address (3; bits, or a timer's number)
 *     DBREAD:  number of parts; each: bytes, DB number (2), first byte (2)
 *
 * A value:
 *
 *     0        return code, 0xff for success
 *     1        transport size
 *     2..4     length, in bits or bytes as the transport size has it
 *     4..      the value
 *
 * Both are filled up to an even length, except the last.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { NO_BYTES } from '../../operation/operation.ts';
import { areaSpace, isNumbered, isSize, Size, Space, sizeBits, WHOLE } from './areas.ts';

/** How a variable is written. */
export const Syntax = {
  s7any: 0x10,
  nck: 0x82,
  nckMetric: 0x83,
  nckInch: 0x84,
  drive: 0xa2,
  dbRead: 0xb0,
  symbolic: 0xb2,
} as const;
export type Syntax = (typeof Syntax)[keyof typeof Syntax];

const VARIABLE = 0x12;
/** Access to a DB in the symbolic syntax: what stands before the DB number. */
const SYMBOLIC_DB = 0x8a0e;

/**
 * Goes through the variables of a request, one object after the other: a DBREAD variable is as many objects as
 * it has parts. First to check them all ({@link Variables.check}), then to read them.
 */
export class Variables {
  /** The object, as `Operation` has it. */
  space: Space = Space.none;
  area = 0;
  address = 0;
  extent = 0;
  nameAt = 0;
  nameLength = 0;
  /** Transport size; 0 where the syntax has none. */
  size = 0;
  /** Bytes of the value, or -1 where the syntax does not tell. */
  bytes = -1;
  /** Which part of the variable this is, and how many it has. */
  part = 0;
  parts = 1;
  /** True where the syntax has parts (DBREAD): their values are packed in one. */
  packed = false;

  #view: DataView = NO_BYTES;
  #at = 0;
  #end = 0;
  #left = 0;
  #next = 0;
  #anomalies = 0;
  #broken = false;
  // What was checked, to go through it again.
  #first = 0;
  #count = 0;
  #found = 0;
  #held = false;

  /** Begins with the first of `count` variables in `at..end`. */
  start(view: DataView, at: number, end: number, count: number): void {
    this.#view = view;
    this.#first = this.#next = at;
    this.#end = end;
    this.#left = this.#count = count;
    this.#held = false;
    this.#anomalies = 0;
    this.#broken = false;
    this.part = 0;
    this.parts = 0;
  }

  /** How many objects the `count` variables in `at..end` are; -1 where they cannot be told apart. */
  check(view: DataView, at: number, end: number, count: number): number {
    this.start(view, at, end, count);
    let objects = 0;
    while (this.next()) objects++;
    this.#found = objects;
    if (this.#broken) return -1;
    if (this.#next !== end) this.#anomalies |= Anomaly.trailing;
    return objects;
  }

  /** Begins anew with what was checked. A single object, the most common request by far, is not read again. */
  rewind(): void {
    if (this.#found === 1) this.#held = true;
    else this.start(this.#view, this.#first, this.#end, this.#count);
  }

  /** What the last {@link Variables.check} found wrong. */
  get anomalies(): number {
    return this.#anomalies;
  }

  /** Moves to the next object; false where there is none. */
  next(): boolean {
    if (this.#held) {
      this.#held = false;
      return true;
    }
    if (this.part + 1 < this.parts) {
      this.part++;
      this.#readPart();
      return true;
    }
    if (this.#left === 0 || this.#broken) return false;
    this.#left--;
    return this.#readVariable();
  }

  #readVariable(): boolean {
    const at = this.#next;
    const view = this.#view;
    if (this.#end - at < 3) return this.#fail(Anomaly.truncated);
    if (view.getUint8(at) !== VARIABLE) return this.#fail(Anomaly.header);
    const end = at + 2 + view.getUint8(at + 1);
    if (end > this.#end || end < at + 3) return this.#fail(Anomaly.length);
    this.#at = at;
    this.#next = end + (this.#left > 0 ? (end - at) & 1 : 0);
    this.part = 0;
    this.parts = 1;
    this.packed = false;
    this.space = Space.none;
    this.area = this.address = this.extent = this.size = 0;
    this.nameAt = this.nameLength = 0;
    this.bytes = -1;
    switch (view.getUint8(at + 2)) {
      case Syntax.s7any:
        return end - at === 12 ? this.#readAny() : this.#fail(Anomaly.length);
      case Syntax.dbRead:
        this.parts = end - at < 4 ? 0 : view.getUint8(at + 3);
        if (this.parts === 0 || end - at !== 4 + this.parts * 5) return this.#fail(Anomaly.length);
        this.#readPart();
        return true;
      case Syntax.symbolic:
        return end - at >= 12 ? this.#readSymbolic(end) : this.#fail(Anomaly.length);
      case Syntax.nck:
      case Syntax.nckMetric:
      case Syntax.nckInch:
        return end - at === 10 ? this.#readNck() : this.#fail(Anomaly.length);
      case Syntax.drive:
        return end - at === 12 ? this.#readDrive() : this.#fail(Anomaly.length);
      default:
        this.#anomalies |= Anomaly.value;
        return true;
    }
  }

  #readAny(): boolean {
    const view = this.#view;
    const at = this.#at;
    const size = view.getUint8(at + 3);
    const count = view.getUint16(at + 4);
    const space = areaSpace(view.getUint8(at + 8));
    const address = view.getInt32(at + 8) & 0xffffff;
    const bits = sizeBits(size);
    this.size = size;
    this.space = space;
    this.area =
      space === Space.DB || space === Space.DI || space === Space.record ? view.getUint16(at + 6) : 0;
    this.address = address;
    if (count === 0) this.#anomalies |= Anomaly.count;
    if (space === Space.none || !isSize(size)) this.#anomalies |= Anomaly.value;
    if (isNumbered(space)) {
      this.extent = count;
      if (bits === 16) this.bytes = count * 2;
      if (size < Size.counter) this.#anomalies |= Anomaly.value;
    } else {
      this.extent = count * bits;
      this.bytes = (count * bits + 7) >> 3;
      if (size >= Size.counter) this.#anomalies |= Anomaly.value;
      // One bit at a time, and nothing wider than a bit may begin within a byte.
      if (size === Size.bit && count > 1) this.#anomalies |= Anomaly.count;
      if (size !== Size.bit && (address & 7) !== 0) this.#anomalies |= Anomaly.address;
    }
    if (address + this.extent > WHOLE) this.#anomalies |= Anomaly.address;
    return true;
  }

  #readPart(): void {
    const at = this.#at + 4 + this.part * 5;
    const bytes = this.#view.getUint8(at);
    this.packed = true;
    this.space = Space.DB;
    this.area = this.#view.getUint16(at + 1);
    this.address = this.#view.getUint16(at + 3) * 8;
    this.extent = bytes * 8;
    this.size = Size.byte;
    this.bytes = bytes;
    if (bytes === 0) this.#anomalies |= Anomaly.count;
  }

  #readSymbolic(end: number): boolean {
    const at = this.#at;
    this.space = Space.symbolic;
    this.area = this.#view.getUint16(at + 4) === SYMBOLIC_DB ? this.#view.getUint16(at + 6) : 0;
    this.nameAt = at + 4;
    this.nameLength = end - this.nameAt;
    return true;
  }

  #readNck(): boolean {
    const view = this.#view;
    const at = this.#at;
    this.space = Space.NCK;
    this.area = view.getUint8(at + 3) * 0x1000000 + view.getUint8(at + 8) * 0x10000 + view.getUint16(at + 4);
    this.address = view.getUint16(at + 6);
    this.extent = view.getUint8(at + 9);
    return true;
  }

  #readDrive(): boolean {
    this.space = Space.drive;
    this.area = this.#view.getUint16(this.#at + 8);
    this.address = this.#view.getUint16(this.#at + 10);
    this.extent = 1;
    return true;
  }

  #fail(anomaly: number): false {
    this.#anomalies |= anomaly;
    this.#broken = true;
    return false;
  }
}

/** Return codes of items. */
export const ItemCode = {
  reserved: 0x00,
  hardware: 0x01,
  notAllowed: 0x03,
  address: 0x05,
  typeNotSupported: 0x06,
  typeInconsistent: 0x07,
  missing: 0x0a,
  success: 0xff,
} as const;
export type ItemCode = (typeof ItemCode)[keyof typeof ItemCode];

/** Transport sizes of values. */
export const DataSize = {
  none: 0x00,
  bit: 0x03,
  byte: 0x04,
  int: 0x05,
  dint: 0x06,
  real: 0x07,
  octets: 0x09,
  nck1: 0x11,
  nck2: 0x12,
} as const;
export type DataSize = (typeof DataSize)[keyof typeof DataSize];

/** Goes through the values of a write request or a read response. */
export class Values {
  code = 0;
  size = 0;
  at = 0;
  /** Bytes of the value, without filling. */
  length = 0;

  #view: DataView = NO_BYTES;
  #end = 0;
  #left = 0;
  #next = 0;
  #anomalies = 0;
  #broken = false;
  // What was checked, to go through it again.
  #first = 0;
  #count = 0;
  #found = 0;
  #held = false;

  /** Begins with the first of `count` values in `at..end`. */
  start(view: DataView, at: number, end: number, count: number): void {
    this.#view = view;
    this.#first = this.#next = at;
    this.#end = end;
    this.#left = this.#count = count;
    this.#held = false;
    this.#anomalies = 0;
    this.#broken = false;
  }

  /**
   * False where the `count` values cannot be told apart. `filled` tolerates filling after the last one, as some
   * controllers send it.
   */
  check(view: DataView, at: number, end: number, count: number, filled: boolean): boolean {
    this.start(view, at, end, count);
    let odd = 0;
    this.#found = 0;
    while (this.next()) {
      odd = this.length & 1;
      this.#found++;
    }
    if (this.#broken) return false;
    const rest = end - this.#next;
    if (rest !== 0 && !(filled && rest === 1 && odd === 1)) this.#anomalies |= Anomaly.trailing;
    return true;
  }

  /** Begins anew with what was checked. */
  rewind(): void {
    if (this.#found === 1) this.#held = true;
    else this.start(this.#view, this.#first, this.#end, this.#count);
  }

  /** What the last {@link Values.check} found wrong. */
  get anomalies(): number {
    return this.#anomalies;
  }

  /** Moves to the next value; false where there is none. */
  next(): boolean {
    if (this.#held) {
      this.#held = false;
      return true;
    }
    if (this.#left === 0 || this.#broken) return false;
    this.#left--;
    const at = this.#next;
    if (this.#end - at < 4) return this.#fail();
    this.code = this.#view.getUint8(at);
    this.size = this.#view.getUint8(at + 1);
    this.at = at + 4;
    this.length = this.#bytes(this.#view.getUint16(at + 2));
    const end = this.at + this.length;
    if (end > this.#end) return this.#fail();
    this.#next = end + (this.#left > 0 ? this.length & 1 : 0);
    return true;
  }

  /** Bytes that a length field means. */
  #bytes(length: number): number {
    switch (this.size) {
      case DataSize.none:
        // Controllers fill the length of an item they refuse with anything.
        return 0;
      case DataSize.bit:
        return (length + 7) >> 3;
      case DataSize.byte:
      case DataSize.int:
        if ((length & 7) !== 0) this.#anomalies |= Anomaly.value;
        return (length + 7) >> 3;
      case DataSize.dint:
      case DataSize.real:
      case DataSize.octets:
      case DataSize.nck1:
      case DataSize.nck2:
        return length;
      default:
        this.#anomalies |= Anomaly.value;
        return length;
    }
  }

  #fail(): false {
    this.#anomalies |= Anomaly.length;
    this.#broken = true;
    return false;
  }
}
