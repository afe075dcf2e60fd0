/**
 * What was written before and is likely to be written again: the parts of a record that a session, a row of a function
 * table or an object decides. The caches have a fixed number of places; who comes takes the place of who is there.
 *
 * Their texts lie in one buffer: a buffer for each, found by way of its objects, costs ten times as much as soon as
 * there are more of them than the processor's cache holds.
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import type { Protocol } from '../../protocol/protocol.ts';
import type { Session } from '../session.ts';
import { type ByteWriter, Fragment } from './byte-writer.ts';

/** Length of a text that is too long for its place. */
const LONG = 0xffff;

/** Texts of up to `size` bytes each in numbered places; longer ones are kept too, and cost more. */
class Texts {
  readonly #size: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #lengths: Uint16Array;
  readonly #long = new Map<number, string>();

  constructor(places: number, size: number) {
    this.#size = size;
    this.#bytes = new Uint8Array(places * size + 8);
    this.#view = new DataView(this.#bytes.buffer);
    this.#lengths = new Uint16Array(places);
  }

  set(place: number, text: string): void {
    if (this.#lengths[place] === LONG) this.#long.delete(place);
    if (text.length * 3 <= this.#size || Buffer.byteLength(text) <= this.#size) {
      const at = place * this.#size;
      this.#lengths[place] = Buffer.from(this.#bytes.buffer, at, this.#size).write(text, 'utf8');
    } else {
      this.#lengths[place] = LONG;
      this.#long.set(place, text);
    }
  }

  write(place: number, to: ByteWriter): void {
    const length = this.#lengths[place]!;
    if (length === LONG) to.text(this.#long.get(place)!);
    else to.part(this.#view, place * this.#size, length);
  }
}

/** Sessions that are remembered, a power of two. */
const SESSIONS = 1 << 12;

/** By session, several parts: each also by two numbers of whoever uses it, such as the station. */
export class SessionCache {
  readonly #make: (session: Session, part: number, a: number, b: number) => string;
  readonly #parts: number;
  /** By place: the session's id, 0 where there is none. */
  readonly #sessions = new Float64Array(SESSIONS);
  readonly #keys: Float64Array;
  readonly #texts: Texts;

  /** `size`: bytes that a part seldom exceeds. */
  constructor(parts: number, size: number, make: SessionCache['make']) {
    this.#make = make;
    this.#parts = parts;
    this.#keys = new Float64Array(SESSIONS * parts * 2);
    this.#texts = new Texts(SESSIONS * parts, size);
  }

  get make(): (session: Session, part: number, a: number, b: number) => string {
    return this.#make;
  }

  write(session: Session, part: number, a: number, b: number, to: ByteWriter): void {
    const place = session.flow & (SESSIONS - 1);
    const parts = this.#parts;
    const keys = this.#keys;
    if (this.#sessions[place] !== session.id) {
      this.#sessions[place] = session.id;
      keys.fill(Number.NaN, place * parts * 2, (place + 1) * parts * 2);
    }
    const text = place * parts + part;
    if (keys[text * 2] !== a || keys[text * 2 + 1] !== b) {
      keys[text * 2] = a;
      keys[text * 2 + 1] = b;
      this.#texts.set(text, this.#make(session, part, a, b));
    }
    this.#texts.write(text, to);
  }
}

/** Objects that are remembered, a power of two, and the words of their keys. */
const OBJECTS = 1 << 14;
const WORDS = 4;

/** By the object of an operation, which has one. */
export class ObjectCache {
  readonly #make: (op: Operation) => string;
  readonly #keys = new Int32Array(OBJECTS * WORDS);
  readonly #texts: Texts;

  constructor(size: number, make: (op: Operation) => string) {
    this.#make = make;
    this.#texts = new Texts(OBJECTS, size);
  }

  write(op: Operation, to: ByteWriter): void {
    const kind = (op.protocol << 16) | op.space;
    const { area, address, extent } = op;
    let hash = Math.imul(kind ^ Math.imul(area, 0x85ebca6b), 0x9e3779b1);
    hash = Math.imul(hash ^ address ^ Math.imul(extent, 0xc2b2ae35), 0x9e3779b1);
    const place = (hash >>> 16) & (OBJECTS - 1);
    const keys = this.#keys;
    const key = place * WORDS;
    if (
      keys[key] !== kind ||
      keys[key + 1] !== area ||
      keys[key + 2] !== (address | 0) ||
      keys[key + 3] !== extent ||
      op.nameLength > 0
    ) {
      const text = this.#make(op);
      // What has a name may be told apart by that alone; and not all numbers fit a key.
      if (op.nameLength > 0 || address !== address >>> 0) {
        to.text(text);
        return;
      }
      keys[key] = kind;
      keys[key + 1] = area;
      keys[key + 2] = address | 0;
      keys[key + 3] = extent;
      this.#texts.set(place, text);
    }
    this.#texts.write(place, to);
  }
}

/** By row of the function tables, and by what a row leaves open: verb and outcome. */
export class FunctionCache {
  readonly #protocols: readonly Protocol[];
  readonly #make: (op: Operation) => string;
  readonly #made: (Fragment | undefined)[][];

  constructor(protocols: readonly Protocol[], make: (op: Operation) => string) {
    this.#protocols = protocols;
    this.#make = make;
    this.#made = protocols.map(() => []);
  }

  write(op: Operation, to: ByteWriter): void {
    const row = this.#protocols[op.protocol]!.functions[op.fn]!;
    // Some rows stand for many codes.
    if (op.fn === 0 || row.code !== op.code || row.sub !== op.subcode) {
      to.text(this.#make(op));
      return;
    }
    const made = this.#made[op.protocol]!;
    const place = (op.fn * 32 + op.verb) * 4 + op.outcome;
    let fragment = made[place];
    if (fragment === undefined) {
      fragment = new Fragment(this.#make(op));
      made[place] = fragment;
    }
    to.fragment(fragment);
  }
}
