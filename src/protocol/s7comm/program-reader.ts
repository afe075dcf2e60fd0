/**
 * Reads the program of an S7 controller: connection, set-up, system status lists, clock, lists of blocks, and the upload
 * of each block, one request at a time. Nothing here writes: the only Jobs are set-up and the three of an upload, the
 * only Userdata functions those that read lists and the clock.
 *
 * What the controller refuses becomes a problem of what was read; what it says that cannot be understood ends the reading.
 * Everything is bounded by {@link ProgramLimits}.
 *
 * cold: once an audit, never per message
 *
 * @module
 */

import {
  type DeviceClock,
  type ProgramFact,
  type ProgramLimits,
  type ProgramObject,
  ProgramReadError,
  type ProgramReader,
  type ProgramReading,
} from '../program-reader.ts';
import { BlockKind, kindName, withoutValues } from './block-format.ts';
import { blockView } from './block-view.ts';
import { type Asking, Dialogue } from './dialogue.ts';
import { blockFile, endUpload, readSzl, startUpload, upload, userdataRequest } from './encode.ts';
import { errorName } from './errors.ts';
import { Group } from './functions.ts';
import type { Pdu } from './pdu.ts';
import {
  clockTime,
  componentFacts,
  modeFacts,
  moduleFacts,
  protectionFacts,
  szlRecords,
} from './program-facts.ts';
import { DATA_HEADER, LAST, LONG, SEQUENCE } from './userdata.ts';

export const programReader: ProgramReader = {
  read: (station, limits) => new Reading(station, limits).run(),
  lasting: withoutValues,
  view: blockView,
};

/** Types in the order in which they are listed; what is part of the firmware is listed and cannot be uploaded. */
const LISTED = ['OB', 'FB', 'FC', 'DB', 'SDB', 'SFC', 'SFB'] as const;
const FIRMWARE: readonly BlockKind[] = ['SFC', 'SFB'];

/** Answers that say that a list is empty. */
const EMPTY: readonly number[] = [0xd209, 0xd20e, 0x0a];

/** Parts that an answer may have. */
const MAX_PARTS = 1024;
/** Offsets in the parameters of the answers to an upload: more to come; the upload's id; its length as text. */
const STATUS = 1;
const UPLOAD_ID = 4;
const LENGTH_LENGTH = 8;
/** Data of a part: length, two bytes, content. */
const PART = 4;

/** Blocks by type and number. */
type Listed = readonly (readonly [BlockKind, number])[];

class Reading {
  readonly #limits: ProgramLimits;
  readonly #dialogue: Dialogue;
  readonly #facts: ProgramFact[] = [];
  readonly #problems: string[] = [];
  #clock: DeviceClock | undefined;
  /** Bytes of blocks so far. */
  #bytes = 0;

  constructor(station: number, limits: ProgramLimits) {
    this.#limits = limits;
    this.#dialogue = new Dialogue(station, limits);
  }

  *run(): ProgramReading {
    yield* this.#dialogue.connect();
    yield* this.#readFacts();
    yield* this.#readClock();
    const listed = yield* this.#lists();
    yield* this.#compareCounts(listed);
    const objects: ProgramObject[] = [];
    const { objects: most } = this.#limits;
    if (listed.length > most) {
      this.#problems.push(`it lists ${listed.length} blocks; only the first ${most} are read`);
    }
    for (const [kind, number] of listed.slice(0, most)) {
      const object = `${kind}${number}`;
      if (FIRMWARE.includes(kind)) objects.push({ object, bytes: undefined, problem: '' });
      else objects.push(yield* this.#upload(kind, number));
    }
    const again = yield* this.#lists();
    return {
      facts: this.#facts,
      clock: this.#clock,
      objects,
      problems: this.#problems,
      steady: names(again) === names(listed),
    };
  }

  *#readFacts(): Asking<void> {
    this.#facts.push(...moduleFacts(yield* this.#szl('module identification', 0x0011)));
    this.#facts.push(...componentFacts(yield* this.#szl('component identification', 0x001c)));
    // The older list has the same first fields; controllers know the one or the other.
    let protection = yield* this.#szl('protection', 0x0232, 4, true);
    if (protection.length === 0) protection = yield* this.#szl('protection', 0x0132, 4);
    this.#facts.push(...protectionFacts(protection));
    this.#facts.push(...modeFacts(yield* this.#szl('mode', 0x0424)));
  }

  /** Records of a system status list; none where it is refused, which is a problem unless `optional`. */
  *#szl(what: string, id: number, index = 0, optional = false): Asking<DataView[]> {
    const { error, content } = yield* this.#userdata(what, Group.cpu, 1, reference =>
      readSzl(reference, id, index),
    );
    if (error !== 0 && !optional) this.#problems.push(`${what} cannot be read: ${errorName(error)}`);
    return szlRecords(content);
  }

  *#readClock(): Asking<void> {
    const { error, content } = yield* this.#userdata('clock', Group.time, 1);
    const device = error === 0 ? clockTime(content) : undefined;
    if (device !== undefined) this.#clock = { device, at: this.#dialogue.time };
    else this.#problems.push(`clock cannot be read: ${error === 0 ? 'it is no time' : errorName(error)}`);
  }

  /** All blocks that the controller lists, by type and number. */
  *#lists(): Asking<Listed> {
    const found: [BlockKind, number][] = [];
    for (const kind of LISTED) {
      const what = `list of ${kind}s`;
      const digits = Buffer.from(BlockKind[kind].toString(16).toUpperCase().padStart(2, '0'));
      const { error, content } = yield* this.#userdata(what, Group.blocks, 2, reference =>
        userdataRequest(reference, Group.blocks, 2, digits),
      );
      if (error !== 0 && !EMPTY.includes(error)) this.#note(`${what} cannot be read: ${errorName(error)}`);
      const view = new DataView(content.buffer, content.byteOffset, content.length);
      const numbers = new Set<number>();
      // Number, flags, language.
      for (let at = 0; at + 4 <= content.length; at += 4) numbers.add(view.getUint16(at));
      for (const number of numbers) found.push([kind, number]);
    }
    return found;
  }

  /** A controller counts as many blocks of a type as it lists; one that hides some may forget to. */
  *#compareCounts(listed: Listed): Asking<void> {
    const { error, content } = yield* this.#userdata('block counts', Group.blocks, 1);
    if (error !== 0) return;
    // The type as two digits in text, and how many there are.
    for (let at = 0; at + 4 <= content.length; at += 4) {
      const type = Number.parseInt(Buffer.from(content.subarray(at, at + 2)).toString('latin1'), 16);
      const kind = kindName(type);
      const count = (content[at + 2]! << 8) | content[at + 3]!;
      const lists = listed.filter(([each]) => each === kind).length;
      if (kind !== '' && lists !== count)
        this.#problems.push(`it counts ${count} ${kind}s and lists ${lists}`);
    }
  }

  /** A problem, once. */
  #note(problem: string): void {
    if (!this.#problems.includes(problem)) this.#problems.push(problem);
  }

  /** Uploads a block. */
  *#upload(kind: BlockKind, number: number): Asking<ProgramObject> {
    const object = `${kind}${number}`;
    const failed = (problem: string): ProgramObject => ({ object, bytes: undefined, problem });
    const started = yield* this.#dialogue.ask(object, reference =>
      startUpload(reference, blockFile(kind, number, 'A')),
    );
    if (started.error !== 0) return failed(errorName(started.error));
    const { view, param, paramEnd } = started.pdu;
    if (paramEnd - param < LENGTH_LENGTH) return failed('its answer to the start of the upload is cut');
    const id = view.getUint32(param + UPLOAD_ID);
    const announced = announcedLength(started.pdu);
    const parts: Uint8Array[] = [];
    let length = 0;
    let problem = '';
    for (let more = true; more && problem === ''; ) {
      const { error, pdu } = yield* this.#dialogue.ask(object, reference => upload(reference, id));
      if (error !== 0) problem = errorName(error);
      else if (pdu.paramEnd - pdu.param <= STATUS) problem = 'an answer is cut';
      else {
        const part = bytesOf(pdu, pdu.data + PART, pdu.dataEnd);
        more = (pdu.view.getUint8(pdu.param + STATUS) & 1) !== 0;
        parts.push(part);
        length += part.length;
        this.#bytes += part.length;
        if (part.length === 0 && more) problem = 'it sends empty parts without end';
        if (length > this.#limits.objectBytes)
          problem = `it is longer than ${this.#limits.objectBytes} bytes`;
        if (this.#bytes > this.#limits.bytes)
          problem = `the program is longer than ${this.#limits.bytes} bytes`;
      }
    }
    // Also where it failed: the controller keeps few uploads open.
    yield* this.#dialogue.ask(object, reference => endUpload(reference, id));
    if (problem === '' && announced >= 0 && announced !== length) {
      problem = `it announced ${announced} bytes and sent ${length}`;
    }
    return problem === '' ? { object, bytes: Buffer.concat(parts), problem } : failed(problem);
  }

  /** A Userdata function that reads, with all parts of its answer. */
  *#userdata(
    what: string,
    group: number,
    sub: number,
    first: (reference: number) => Uint8Array = reference => userdataRequest(reference, group, sub),
  ): Asking<{ error: number; content: Uint8Array }> {
    const parts: Uint8Array[] = [];
    let make = first;
    for (let i = 0; i < MAX_PARTS; i++) {
      const { error, pdu } = yield* this.#dialogue.ask(what, make);
      if (error !== 0) return { error, content: new Uint8Array() };
      parts.push(bytesOf(pdu, pdu.data + DATA_HEADER, pdu.dataEnd));
      const whole = pdu.paramEnd - pdu.param >= LONG;
      if (!whole || pdu.view.getUint8(pdu.param + LAST) === 0)
        return { error: 0, content: Buffer.concat(parts) };
      const sequence = pdu.view.getUint8(pdu.param + SEQUENCE);
      make = reference => userdataRequest(reference, group, sub, undefined, sequence);
    }
    throw new ProgramReadError(`${what}: the answer has more than ${MAX_PARTS} parts`);
  }
}

/** A copy of bytes of a PDU; none where there are none. */
function bytesOf({ view }: Pdu, from: number, to: number): Uint8Array {
  return from >= to
    ? new Uint8Array()
    : new Uint8Array(view.buffer, view.byteOffset + from, to - from).slice();
}

/** Bytes that the answer to the start of an upload announces, or -1. */
function announcedLength({ view, param, paramEnd }: Pdu): number {
  if (paramEnd - param <= LENGTH_LENGTH) return -1;
  const length = view.getUint8(param + LENGTH_LENGTH);
  const at = param + LENGTH_LENGTH + 1;
  if (at + length > paramEnd) return -1;
  const text = Buffer.from(view.buffer, view.byteOffset + at, length).toString('latin1');
  return /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

function names(listed: Listed): string {
  return listed.map(([kind, number]) => `${kind}${number}`).join(' ');
}
