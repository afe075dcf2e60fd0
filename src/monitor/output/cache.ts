/**
 * What was written before and is likely to be written again: the parts of a record that a session, a row of a function
 * table or an object decides. The caches have a fixed number of places; who comes takes the place of who is there.
 *
 * A key and its text lie side by side in one buffer: found by way of objects of their own they cost ten times as much as
 * soon as there are more of them than the processor's cache holds.
 *
 * All of them write at `at` into a writer that has room for {@link PART} bytes there, has it again afterwards, and
 * return where the next byte goes.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { copyBytes } from '../../packet/copy-bytes.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Session } from '../session.ts';
import { ByteWriter, copyText, Fragment, numberText } from './byte-writer.ts';

/** Bytes that a part of a record takes at most, unless it is kept as text. */
export const PART = 1024;

/** Length of a text that is too long for its place. */
const LONG = -1;

/** Numbered places, of a key of `key` bytes and a text of up to `size` bytes; longer ones are kept too, and cost more. */
class Texts {
  readonly buffer: ArrayBuffer;
  /** Bytes from one place to the next, and from there to its text; what has the length stands before that. */
  readonly stride: number;
  readonly #text: number;
  readonly #size: number;
  readonly #view: DataView;
  readonly #long = new Map<number, string>();

  /** `key`, `size`: multiples of 8 bytes, so that no double that is copied holds parts of both. */
  constructor(places: number, key: number, size: number) {
    this.#text = key + 8;
    this.#size = size;
    this.stride = this.#text + size;
    this.buffer = new ArrayBuffer((places + 1) * this.stride);
    this.#view = new DataView(this.buffer);
  }

  set(place: number, text: string): void {
    const at = place * this.stride + this.#text;
    if (this.#view.getInt32(at - 8) === LONG) this.#long.delete(place);
    if (text.length * 3 <= this.#size || Buffer.byteLength(text) <= this.#size) {
      this.#view.setInt32(at - 8, Buffer.from(this.buffer, at, this.#size).write(text, 'utf8'));
    } else {
      this.#view.setInt32(at - 8, LONG);
      this.#long.set(place, text);
    }
  }

  /** The same for bytes of text, which need not be made text first. */
  setBytes(place: number, from: ByteWriter): void {
    if (from.at > this.#size) {
      this.set(place, Buffer.from(from.bytes.buffer, 0, from.at).toString('utf8'));
      return;
    }
    const at = place * this.stride + this.#text;
    if (this.#view.getInt32(at - 8) === LONG) this.#long.delete(place);
    this.#view.setInt32(at - 8, from.at);
    copyBytes(from.view, 0, this.#view, at, from.at);
  }

  put(place: number, to: ByteWriter, at: number): number {
    const from = place * this.stride + this.#text;
    const length = this.#view.getInt32(from - 8);
    if (length === LONG) return putText(this.#long.get(place)!, to, at);
    return copyText(this.#view, from, length, to.view, at);
  }
}

/** Text of any length. */
function putText(text: string, to: ByteWriter, at: number): number {
  to.at = at;
  to.text(text);
  to.reserve(PART);
  return to.at;
}

/** Sessions that are remembered, a power of two. */
const SESSIONS = 1 << 12;

type MakeSession = (session: Session, part: number, a: number, b: number, to: ByteWriter) => void;

/** By session, several parts: each also by two numbers of whoever uses it, such as the station. */
export class SessionCache {
  readonly #make: MakeSession;
  readonly #made = new ByteWriter();
  readonly #parts: number;
  readonly #texts: Texts;
  /** By place: the session's id, 0 where there is none, and the two numbers. */
  readonly #keys: Float64Array;

  /** `size`: bytes that a part seldom exceeds, a multiple of 8. */
  constructor(parts: number, size: number, make: MakeSession) {
    this.#make = make;
    this.#parts = parts;
    this.#texts = new Texts(SESSIONS * parts, 24, size);
    this.#keys = new Float64Array(this.#texts.buffer);
  }

  put(session: Session, part: number, a: number, b: number, to: ByteWriter, at: number): number {
    const place = (session.flow & (SESSIONS - 1)) * this.#parts + part;
    const texts = this.#texts;
    const keys = this.#keys;
    const key = (place * texts.stride) >> 3;
    if (keys[key] !== session.id || keys[key + 1] !== a || keys[key + 2] !== b) {
      keys[key] = session.id;
      keys[key + 1] = a;
      keys[key + 2] = b;
      const made = this.#made;
      made.at = 0;
      this.#make(session, part, a, b, made);
      texts.setBytes(place, made);
    }
    return texts.put(place, to, at);
  }
}

/** Objects that are remembered, a power of two. */
const OBJECTS = 1 << 14;

/** By the object of an operation, which has one. */
export class ObjectCache {
  readonly #make: (op: Operation, to: ByteWriter) => void;
  readonly #made = new ByteWriter();
  readonly #texts: Texts;
  /** By place: kind of object, area, address and extent. */
  readonly #keys: Int32Array;

  /** `size`: bytes that an object seldom exceeds, a multiple of 8. */
  constructor(size: number, make: (op: Operation, to: ByteWriter) => void) {
    this.#make = make;
    this.#texts = new Texts(OBJECTS, 16, size);
    this.#keys = new Int32Array(this.#texts.buffer);
  }

  put(op: Operation, to: ByteWriter, at: number): number {
    const kind = (op.protocol << 16) | op.space;
    const { area, address, extent } = op;
    let hash = Math.imul(kind ^ Math.imul(area, 0x85ebca6b), 0x9e3779b1);
    hash = Math.imul(hash ^ address ^ Math.imul(extent, 0xc2b2ae35), 0x9e3779b1);
    const place = (hash >>> 16) & (OBJECTS - 1);
    const keys = this.#keys;
    const key = (place * this.#texts.stride) >> 2;
    if (
      keys[key] !== kind ||
      keys[key + 1] !== area ||
      keys[key + 2] !== (address | 0) ||
      keys[key + 3] !== extent ||
      op.nameLength > 0
    ) {
      // What has a name may be told apart by that alone; and not all numbers fit a key.
      if (op.nameLength > 0 || address !== address >>> 0) {
        to.at = at;
        this.#make(op, to);
        to.reserve(PART);
        return to.at;
      }
      const made = this.#made;
      made.at = 0;
      this.#make(op, made);
      keys[key] = kind;
      keys[key + 1] = area;
      keys[key + 2] = address | 0;
      keys[key + 3] = extent;
      this.#texts.setBytes(place, made);
    }
    return this.#texts.put(place, to, at);
  }
}

/** Bits of a key: verb, outcome, and kinds of message below 8. */
const VERB_BITS = 5;
const OUTCOME_BITS = 2;
const KIND_BITS = 3;
const ROW_BITS = VERB_BITS + OUTCOME_BITS + KIND_BITS;

/** By row of the function tables, and by what a row leaves open: verb, outcome, and kind of message. */
export class FunctionCache {
  readonly #make: (op: Operation) => string;
  /** Where the rows of a protocol begin; what each is for. */
  readonly #first: Int32Array;
  readonly #codes: Int32Array;
  readonly #subs: Int32Array;
  /** By row and the rest: number of the text. */
  readonly #places: Uint16Array;
  readonly #made: Fragment[] = [new Fragment('')];

  constructor(protocols: readonly Protocol[], make: (op: Operation) => string) {
    this.#make = make;
    const rows = protocols.flatMap(({ functions }) => functions);
    let first = 0;
    this.#first = Int32Array.from(protocols, ({ functions }) => {
      first += functions.length;
      return first - functions.length;
    });
    this.#codes = Int32Array.from(rows, ({ code }) => code);
    this.#subs = Int32Array.from(rows, ({ sub }) => sub);
    this.#places = new Uint16Array(rows.length << ROW_BITS);
  }

  put(op: Operation, to: ByteWriter, at: number): number {
    const { fn, kind } = op;
    const row = this.#first[op.protocol]! + fn;
    // Some rows stand for many codes.
    if (
      fn === 0 ||
      this.#codes[row] !== op.code ||
      this.#subs[row] !== op.subcode ||
      kind >> KIND_BITS !== 0
    ) {
      return putText(this.#make(op), to, at);
    }
    const key = (((((row << VERB_BITS) | op.verb) << OUTCOME_BITS) | op.outcome) << KIND_BITS) | kind;
    let place = this.#places[key]!;
    if (place === 0) {
      place = this.#made.push(new Fragment(this.#make(op))) - 1;
      this.#places[key] = place;
    }
    const { view, length } = this.#made[place]!;
    return copyText(view, 0, length, to.view, at);
  }
}

/** Floats that are remembered, a power of two. */
const FLOATS = 1 << 12;

/** By the four bytes of a float. */
export class FloatCache {
  readonly #texts = new Texts(FLOATS, 8, 32);
  /** By place: the bytes. */
  readonly #keys = new Int32Array(this.#texts.buffer);
  readonly #float = new DataView(new ArrayBuffer(4));

  constructor() {
    // The key that all places have at first is that of a float, which has the first place.
    this.#texts.set(0, '0');
  }

  put(bytes: number, to: ByteWriter, at: number): number {
    const place = Math.imul(bytes, 0x9e3779b1) >>> 20;
    const key = (place * this.#texts.stride) >> 2;
    if (this.#keys[key] !== bytes) {
      this.#keys[key] = bytes;
      this.#float.setInt32(0, bytes);
      this.#texts.set(place, numberText(this.#float.getFloat32(0)));
    }
    return this.#texts.put(place, to, at);
  }
}
