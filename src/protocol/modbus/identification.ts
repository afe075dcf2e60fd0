/**
 * Read Device Identification (MODBUS Application Protocol V1.1b3, 6.21).
 *
 *     request   43, 14, access, object
 *     response  43, 14, access, conformity, more, next, number of objects, then for each   id, length, text
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import type { Operation, Sink } from '../../operation/operation.ts';
import { ValueType } from '../../operation/value.ts';
import { fit } from './bounds.ts';
import { object, values } from './items.ts';
import { Spaces } from './spaces.ts';

/** Bytes of the answer before its objects. */
const HEADER = 7;

/** Access code that asks for one object; 1 to 3 ask for all of a category, from an object on. */
const ONE_OBJECT = 4;

const { truncated, value } = Anomaly;

const NAMES = [
  'VendorName',
  'ProductCode',
  'MajorMinorRevision',
  'VendorUrl',
  'ProductName',
  'ModelName',
  'UserApplicationName',
] as const;

/** The names' bytes, by object id; other objects are reserved or the vendor's own. */
const OBJECT_NAMES: readonly DataView[] = NAMES.map(name => {
  const bytes = new TextEncoder().encode(name);
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
});

export function checkIdentificationRequest(view: DataView, pdu: number, size: number): number {
  if (size < 4) return truncated;
  return fit(size, 4) | access(view.getUint8(pdu + 2));
}

export function checkIdentification(view: DataView, pdu: number, size: number): number {
  if (size < HEADER) return truncated;
  const conformity = view.getUint8(pdu + 3) & 0x7f;
  const more = view.getUint8(pdu + 4);
  const next = view.getUint8(pdu + 5);
  let found = access(view.getUint8(pdu + 2));
  if (conformity < 1 || conformity > 3) found |= value;
  if ((more !== 0 && more !== 0xff) || (more === 0 && next !== 0)) found |= value;
  let used = HEADER;
  for (let left = view.getUint8(pdu + 6); left > 0; left--) {
    if (size < used + 2) return found | truncated;
    used += 2 + view.getUint8(pdu + used + 1);
  }
  return found | fit(size, used);
}

function access(code: number): number {
  return code >= 1 && code <= ONE_OBJECT ? 0 : value;
}

/** The object that a request asks for, or from which on it asks. */
export function identityObject(view: DataView, pdu: number, op: Operation): void {
  object(op, Spaces.identity, view.getUint8(pdu + 3), view.getUint8(pdu + 2) === ONE_OBJECT ? 1 : 0);
}

/** Clause 6.21: the objects of a device identification. */
export function identityItems(view: DataView, pdu: number, op: Operation, sink: Sink): void {
  const items = view.getUint8(pdu + 6);
  if (items === 0) {
    sink.operation(op);
    return;
  }
  op.items = items;
  let at = pdu + HEADER;
  for (let item = 0; item < items; item++) {
    const id = view.getUint8(at);
    const bytes = view.getUint8(at + 1);
    op.item = item;
    op.clearItem();
    object(op, Spaces.identity, id, 1);
    const known = OBJECT_NAMES[id];
    if (known !== undefined) {
      op.nameView = known;
      op.nameLength = known.byteLength;
    }
    values(op, view, at + 2, bytes, ValueType.text, 1);
    sink.operation(op);
    at += 2 + bytes;
  }
}
