/**
 * What S7 controllers tell of themselves: the lists of module and component identification. A list that does not fit a
 * message comes in parts, the first of which begins with the list's head; they are put together here.
 *
 * cold: a few answers a session
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import type { FactSink, IdentityReader } from '../device-facts.ts';
import { Space } from './areas.ts';
import { componentFacts, moduleFacts, szlRecords } from './program-facts.ts';

/** Bytes of the longest list that is kept; real ones have some hundreds. */
const MAX_LIST = 4096;
/** Bytes before the records: list, index, length of a record, number of records. */
const HEAD = 8;

const MODULE = 0x11;
const COMPONENT = 0x1c;

export function identity(): IdentityReader {
  return new SzlIdentity();
}

class SzlIdentity implements IdentityReader {
  /** List and index that are being put together; -1 none. */
  #list = -1;
  #length = 0;
  readonly #bytes = new Uint8Array(MAX_LIST);

  operation(op: Operation, sink: FactSink): void {
    if (op.space !== Space.SZL || op.valueLength === 0) return;
    const { valueView, valueAt, valueLength, address } = op;
    // The answer repeats what was asked, but for the index 0 that stands for all.
    const first = valueLength >= HEAD && valueView.getUint16(valueAt) === address >>> 16;
    if (first) {
      this.#list = address;
      this.#length = 0;
    } else if (this.#list !== address) return;
    const length = Math.min(valueLength, MAX_LIST - this.#length);
    this.#bytes.set(new Uint8Array(valueView.buffer, valueView.byteOffset + valueAt, length), this.#length);
    this.#length += length;
    const list = address >>> 16;
    const kind = list & 0xff;
    if (kind !== MODULE && kind !== COMPONENT) return;
    const records = szlRecords(this.#bytes.subarray(0, this.#length));
    const source = `SZL 0x${list.toString(16).padStart(4, '0')}`;
    for (const { name, value } of kind === MODULE ? moduleFacts(records) : componentFacts(records)) {
      if (value !== '') sink.fact(name, value, source);
    }
  }
}
