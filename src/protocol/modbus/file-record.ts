/**
 * Read File Record and Write File Record (MODBUS Application Protocol V1.1b3, 6.14 and 6.15), whose messages hold
 * several sub-requests; each becomes an item.
 *
 *     request   20: bytes, then for each   6, file (2), record (2), records (2)
 *     response  20: bytes, then for each   length, 6, data
 *     both      21: bytes, then for each   6, file (2), record (2), records (2), data
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import type { Operation, Sink } from '../../operation/operation.ts';
import { fit, within } from './bounds.ts';
import { Fc } from './functions.ts';
import { object, registers } from './items.ts';
import { Spaces } from './spaces.ts';

/** Bytes of all sub-requests together. */
const MAX_READ = 0xf5;
const MAX_WRITE = 0xfb;
const REFERENCE_TYPE = 6;
/** Records of a file. */
export const RECORDS = 10_000;
/** Bytes of a sub-request without its data. */
const HEADER = 7;

const { length, truncated, count, address, value } = Anomaly;

/** Clause 6.14: sub-requests of seven bytes each, whose answers together fit one PDU. */
export function checkFileRead(view: DataView, pdu: number, size: number): number {
  const bytes = view.getUint8(pdu + 1);
  let found = fit(size, 2 + bytes) | within(bytes, HEADER, MAX_READ);
  if (bytes % HEADER !== 0) found |= length;
  if (found & truncated) return found;
  const end = pdu + 2 + bytes - HEADER;
  let answer = 0;
  for (let group = pdu + 2; group <= end; group += HEADER) {
    found |= checkFileGroup(view, group);
    answer += 2 + 2 * view.getUint16(group + 5);
  }
  return found | (answer > MAX_READ ? count : 0);
}

/** Clause 6.15: sub-requests with their data, request and response alike. */
export function checkFileWrite(view: DataView, pdu: number, size: number): number {
  const bytes = view.getUint8(pdu + 1);
  let found = fit(size, 2 + bytes) | within(bytes, HEADER + 2, MAX_WRITE);
  if (found & truncated) return found;
  const end = pdu + 2 + bytes;
  let group = pdu + 2;
  while (group + HEADER <= end) {
    found |= checkFileGroup(view, group);
    group += HEADER + 2 * view.getUint16(group + 5);
  }
  return group === end ? found : found | length;
}

/** Reference type 6, file 1 to 65535, records 0 to 9999. */
function checkFileGroup(view: DataView, group: number): number {
  const record = view.getUint16(group + 3);
  const records = view.getUint16(group + 5);
  return (
    (view.getUint8(group) === REFERENCE_TYPE ? 0 : value) |
    (view.getUint16(group + 1) === 0 || record >= RECORDS || record + records > RECORDS ? address : 0) |
    (records === 0 ? count : 0)
  );
}

/** Clause 6.14: for each sub-request its length, the reference type and the data. */
export function checkFileAnswer(view: DataView, pdu: number, size: number): number {
  const bytes = view.getUint8(pdu + 1);
  let found = fit(size, 2 + bytes) | within(bytes, 4, MAX_READ);
  if (found & truncated) return found;
  const end = pdu + 2 + bytes;
  let group = pdu + 2;
  while (group + 2 <= end) {
    const groupBytes = view.getUint8(group);
    if ((groupBytes & 1) === 0 || groupBytes < 3) found |= length;
    if (view.getUint8(group + 1) !== REFERENCE_TYPE) found |= value;
    group += 1 + groupBytes;
  }
  return group === end ? found : found | length;
}

/** Clauses 6.14 and 6.15: the sub-requests, each an item; those of a write carry their data. */
export function fileItems(view: DataView, pdu: number, op: Operation, sink: Sink): void {
  const write = op.code === Fc.writeFileRecord;
  const end = pdu + 2 + view.getUint8(pdu + 1);
  let items = 0;
  for (let group = pdu + 2; group + HEADER <= end; items++) group += groupBytes(view, group, write);
  if (items === 0) {
    sink.operation(op);
    return;
  }
  op.items = items;
  let group = pdu + 2;
  for (let item = 0; item < items; item++) {
    const next = group + groupBytes(view, group, write);
    op.item = item;
    op.clearItem();
    fileObject(op, view, group);
    if (write) registers(op, view, group + HEADER, Math.min(next, end) - group - HEADER);
    sink.operation(op);
    group = next;
  }
}

function groupBytes(view: DataView, group: number, write: boolean): number {
  return write ? HEADER + 2 * view.getUint16(group + 5) : HEADER;
}

function fileObject(op: Operation, view: DataView, group: number): void {
  object(op, Spaces.file, view.getUint16(group + 3), view.getUint16(group + 5));
  op.area = view.getUint16(group + 1);
}

/** Clause 6.14: the answers to the sub-requests, in their order. */
export function fileAnswers(
  view: DataView,
  pdu: number,
  asked: DataView,
  askedPdu: number,
  op: Operation,
  sink: Sink,
): void {
  const end = pdu + 2 + view.getUint8(pdu + 1);
  let items = 0;
  for (let group = pdu + 2; group + 2 <= end; items++) group += 1 + view.getUint8(group);
  if (items === 0) {
    sink.operation(op);
    return;
  }
  const askedEnd = askedPdu < 0 ? 0 : askedPdu + 2 + asked.getUint8(askedPdu + 1);
  let askedGroup = askedPdu < 0 ? 0 : askedPdu + 2;
  op.items = items;
  let group = pdu + 2;
  for (let item = 0; item < items; item++) {
    const next = group + 1 + view.getUint8(group);
    op.item = item;
    op.clearItem();
    if (askedGroup + HEADER <= askedEnd) fileObject(op, asked, askedGroup);
    registers(op, view, group + 2, Math.max(0, Math.min(next, end) - group - 2));
    sink.operation(op);
    group = next;
    askedGroup += HEADER;
  }
}

/** As many answers as sub-requests, each as long as was asked for. */
export function answersFileRead(view: DataView, pdu: number, asked: DataView, askedPdu: number): boolean {
  const end = pdu + 2 + view.getUint8(pdu + 1);
  const askedEnd = askedPdu + 2 + asked.getUint8(askedPdu + 1);
  let group = pdu + 2;
  let askedGroup = askedPdu + 2;
  while (group < end && askedGroup + HEADER <= askedEnd) {
    if (view.getUint8(group) !== 1 + 2 * asked.getUint16(askedGroup + 5)) return false;
    group += 1 + view.getUint8(group);
    askedGroup += HEADER;
  }
  return group === end && askedGroup === askedEnd;
}
