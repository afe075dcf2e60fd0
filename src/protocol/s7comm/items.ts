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
import { NO_BYTES, Operation } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import {
  ANY,
  allPlain,
  anyAnomalies,
  anyBytes,
  anyObject,
  anySize,
  NOT_PLAIN,
  plainAnomalies,
} from './any.ts';
import { elements, Size, Space, sizeType } from './areas.ts';

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
/** Return code, transport size and length, before a value. */
export const VALUE_HEADER = 4;

/**
 * Goes through the variables of a request, one object after the other: a DBREAD variable is as many objects as
 * it has parts. First to check them all ({@link Variables.check}), then to read them ({@link Variables.rewind}).
 */
export class Variables {
  /** Transport size; 0 where the syntax has none. */
  size = 0;
  /** Bytes of the value, or -1 where the syntax does not tell. */
  bytes = -1;
  /** Which part of the variable this is, and how many it has. */
  part = 0;
  parts = 1;
  /** True where the syntax has parts (DBREAD): their values are packed in one. */
  packed = false;
  /** What the last {@link Variables.check} found wrong. */
  anomalies = 0;

  /** Takes the objects that are only counted. */
  readonly #unseen = new Operation();
  #view: DataView = NO_BYTES;
  #writes = false;
  #at = 0;
  #end = 0;
  #left = 0;
  #next = 0;
  #broken = false;
  // What was checked, to go through it again.
  #first = 0;
  #count = 0;
  /** Every variable is S7ANY and they fill `#first..#end`: no more need be looked at than their fields. */
  #plain = false;

  /** Begins with the first of `count` variables in `at..end`; `writes` tells that they are to be written. */
  start(view: DataView, at: number, end: number, count: number, writes = false): void {
    this.#view = view;
    this.#writes = writes;
    this.#first = at;
    this.#end = end;
    this.#count = count;
    this.#plain = false;
    this.rewind();
  }

  /** How many objects the `count` variables in `at..end` are; -1 where they cannot be told apart. */
  check(view: DataView, at: number, end: number, count: number, writes = false): number {
    this.start(view, at, end, count, writes);
    const anomalies = end - at === count * ANY ? plainAnomalies(view, at, end) : NOT_PLAIN;
    if (anomalies === NOT_PLAIN) return this.#countAny();
    this.#plain = true;
    this.anomalies = anomalies;
    return count;
  }

  /** The same where they were checked before: of variables that are all S7ANY nothing more is looked at. */
  count(view: DataView, at: number, end: number, count: number, writes = false): number {
    this.start(view, at, end, count, writes);
    this.#plain = end - at === count * ANY && allPlain(view, at, end);
    return this.#plain ? count : this.#countAny();
  }

  #countAny(): number {
    let objects = 0;
    while (this.skip()) {
      objects++;
      // There is no writing of several parts.
      if (this.#writes && this.packed) this.anomalies |= Anomaly.value;
    }
    if (this.#broken) return -1;
    if (this.#next !== this.#end) this.anomalies |= Anomaly.trailing;
    return objects;
  }

  /** Begins anew with what was checked. */
  rewind(): void {
    this.#next = this.#first;
    this.#left = this.#count;
    this.#broken = false;
    this.anomalies = 0;
    this.packed = false;
    this.part = 0;
    // None is under way: the next variable is a new one.
    this.parts = 1;
  }

  /** Moves to the next object, and gives it to the operation in place of the one before; false where there is none. */
  next(op: Operation): boolean {
    if (!this.#plain) return this.#nextOfAny(op);
    const at = this.#next;
    if (at === this.#end) return false;
    this.#next = at + ANY;
    op.clearItem();
    this.#readAny(at, op);
    return true;
  }

  /** Moves to the next object, for whoever needs only its transport size and the bytes of its value. */
  skip(): boolean {
    return this.next(this.#unseen);
  }

  /** The same where syntaxes may be mixed or wrong. */
  #nextOfAny(op: Operation): boolean {
    op.clearItem();
    if (this.part + 1 < this.parts) {
      this.part++;
      this.#readPart(op);
      return true;
    }
    if (this.#left === 0 || this.#broken) return false;
    this.#left--;
    return this.#readVariable(op);
  }

  #readVariable(op: Operation): boolean {
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
    this.size = 0;
    this.bytes = -1;
    switch (view.getUint8(at + 2)) {
      case Syntax.s7any:
        if (end - at !== ANY) return this.#fail(Anomaly.length);
        this.anomalies |= anyAnomalies(view, at);
        this.#readAny(at, op);
        return true;
      case Syntax.dbRead:
        this.parts = end - at < 4 ? 0 : view.getUint8(at + 3);
        if (this.parts === 0 || end - at !== 4 + this.parts * 5) return this.#fail(Anomaly.length);
        this.#readPart(op);
        return true;
      case Syntax.symbolic:
        return end - at >= 12 ? this.#readSymbolic(end, op) : this.#fail(Anomaly.length);
      case Syntax.nck:
      case Syntax.nckMetric:
      case Syntax.nckInch:
        return end - at === 10 ? this.#readNck(op) : this.#fail(Anomaly.length);
      case Syntax.drive:
        return end - at === 12 ? this.#readDrive(op) : this.#fail(Anomaly.length);
      default:
        this.anomalies |= Anomaly.value;
        return true;
    }
  }

  #readAny(at: number, op: Operation): void {
    const size = anySize(this.#view, at);
    anyObject(this.#view, at, this.#writes, op);
    this.size = size;
    this.bytes = anyBytes(op, size);
  }

  #readPart(op: Operation): void {
    const at = this.#at + 4 + this.part * 5;
    const bytes = this.#view.getUint8(at);
    this.packed = true;
    op.space = Space.DB;
    op.area = this.#view.getUint16(at + 1);
    op.address = this.#view.getUint16(at + 3) * 8;
    op.extent = bytes * 8;
    this.size = Size.byte;
    this.bytes = bytes;
    if (bytes === 0) this.anomalies |= Anomaly.count;
  }

  #readSymbolic(end: number, op: Operation): boolean {
    const at = this.#at;
    op.space = Space.symbolic;
    op.area = this.#view.getUint16(at + 4) === SYMBOLIC_DB ? this.#view.getUint16(at + 6) : 0;
    op.nameView = this.#view;
    op.nameAt = at + 4;
    op.nameLength = end - op.nameAt;
    return true;
  }

  #readNck(op: Operation): boolean {
    const view = this.#view;
    const at = this.#at;
    op.space = Space.NCK;
    op.area = view.getUint8(at + 3) * 0x1000000 + view.getUint8(at + 8) * 0x10000 + view.getUint16(at + 4);
    op.address = view.getUint16(at + 6);
    op.extent = view.getUint8(at + 9);
    return true;
  }

  #readDrive(op: Operation): boolean {
    op.space = Space.drive;
    op.area = this.#view.getUint16(this.#at + 8);
    op.address = this.#view.getUint16(this.#at + 10);
    op.extent = 1;
    return true;
  }

  #fail(anomaly: number): false {
    this.anomalies |= anomaly;
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

/**
 * How far a length field is shifted to count bytes, by transport size: 3 where it counts bits. 31 makes it 0, because
 * controllers fill the length of an item they refuse with anything.
 */
const LENGTH_SHIFT = new Uint8Array(256);
LENGTH_SHIFT[DataSize.none] = 31;
LENGTH_SHIFT[DataSize.bit] = LENGTH_SHIFT[DataSize.byte] = LENGTH_SHIFT[DataSize.int] = 3;
/** Bits that a length field of a transport size may not have; all of them where the size is not known. */
const LENGTH_WRONG = new Int32Array(256).fill(-1);
for (const size of Object.values(DataSize)) LENGTH_WRONG[size] = 0;
LENGTH_WRONG[DataSize.byte] = LENGTH_WRONG[DataSize.int] = 7;

/** Goes through the values of a write request or a read response. */
export class Values {
  code = 0;
  size = 0;
  /** Length as the field has it: in bits or bytes, by transport size. */
  field = 0;
  at = 0;
  /** Bytes of the value, without filling. */
  length = 0;
  /** What the last {@link Values.check} found wrong. */
  anomalies = 0;

  #view: DataView = NO_BYTES;
  #end = 0;
  #left = 0;
  #next = 0;
  // What was checked, to go through it again.
  #first = 0;
  #count = 0;

  /** Begins with the first of `count` values in `at..end`. */
  start(view: DataView, at: number, end: number, count: number): void {
    this.#view = view;
    this.#first = at;
    this.#end = end;
    this.#count = count;
    this.anomalies = 0;
    this.rewind();
  }

  /**
   * False where the `count` values cannot be told apart. `filled` tolerates filling after the last one, as some
   * controllers send it.
   */
  check(view: DataView, at: number, end: number, count: number, filled: boolean): boolean {
    this.start(view, at, end, count);
    let anomalies = 0;
    let next = at;
    let length = 0;
    for (let left = count; left > 0; left--) {
      next += length & 1;
      if (end - next < VALUE_HEADER) return this.#fail(anomalies);
      const size = view.getUint8(next + 1);
      const field = view.getUint16(next + 2);
      if (isWrong(size, field)) anomalies |= Anomaly.value;
      length = bytesOf(size, field);
      next += VALUE_HEADER + length;
    }
    if (next > end) return this.#fail(anomalies);
    const rest = end - next;
    if (rest !== 0 && !(filled && rest === 1 && (length & 1) === 1)) anomalies |= Anomaly.trailing;
    this.anomalies = anomalies;
    return true;
  }

  /** Begins anew with what was checked. */
  rewind(): void {
    this.#next = this.#first;
    this.#left = this.#count;
  }

  /** Moves to the next value; false where there is none. */
  next(): boolean {
    if (this.#left === 0) return false;
    this.#left--;
    const view = this.#view;
    const at = this.#next;
    if (this.#end - at < VALUE_HEADER) return false;
    const size = view.getUint8(at + 1);
    const field = view.getUint16(at + 2);
    const length = bytesOf(size, field);
    const end = at + VALUE_HEADER + length;
    if (end > this.#end) return false;
    this.code = view.getUint8(at);
    this.size = size;
    this.field = field;
    this.at = at + VALUE_HEADER;
    this.length = length;
    this.#next = end + (length & 1);
    return true;
  }

  #fail(anomalies: number): false {
    this.anomalies = anomalies | Anomaly.length;
    this.#left = 0;
    return false;
  }
}

/** Whether a length field cannot be that of a value of transport size `size`, or the size is not known. */
function isWrong(size: number, field: number): boolean {
  const wrong = LENGTH_WRONG[size]!;
  return wrong === -1 || (field & wrong) !== 0;
}

/** Are there `count` values from `at` to `end`, about which nothing is wrong? The same as {@link Values.check}, without a record. */
export function arePlainValues(view: DataView, at: number, end: number, count: number): boolean {
  let next = at;
  let length = 0;
  for (let left = count; left > 0; left--) {
    next += length & 1;
    if (end - next < VALUE_HEADER) return false;
    const size = view.getUint8(next + 1);
    const field = view.getUint16(next + 2);
    if (isWrong(size, field)) return false;
    length = bytesOf(size, field);
    next += VALUE_HEADER + length;
  }
  // Some controllers fill up the last one too.
  return next === end || (next + 1 === end && (length & 1) === 1);
}

/**
 * Gives the operation the value of `length` bytes at `at`: as the transport size of its variable says, where it has as
 * many bytes as that; else as bytes.
 */
export function itemValue(
  op: Operation,
  view: DataView,
  at: number,
  length: number,
  size: number,
  bytes: number,
): void {
  const type = size === 0 ? ValueType.bytes : sizeType(size);
  const typed = length === bytes && type !== ValueType.bytes;
  op.valueView = view;
  op.valueAt = at;
  op.valueLength = length;
  op.valueType = typed ? type : ValueType.bytes;
  op.valueCount = typed ? elements(size, length) : length === 0 ? 0 : 1;
}

/** Bytes that a length field means: bits are filled up to bytes. */
export function bytesOf(size: number, field: number): number {
  const shift = LENGTH_SHIFT[size]!;
  return shift === 3 ? (field + 7) >> 3 : field >> shift;
}
