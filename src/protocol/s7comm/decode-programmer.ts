/**
 * Programmer commands: variable tables, which watch, modify and force variables, and the jobs of testing.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { VALUE_BITS, ValueType } from '../../operation/value.ts';
import { VERBS, type Verb } from '../../operation/verb.ts';
import { Space } from './areas.ts';
import { looseCodes, looseValues } from './decode-variable.ts';
import { FUNCTIONS, Group, isListed, userdataRow } from './functions.ts';
import type { Message } from './message.ts';
import type { Pdu } from './pdu.ts';
import { DATA_HEADER } from './userdata.ts';

/** Variable table: lengths of parameters and data (2 each), parameters, number of items, items of six bytes. */
const TABLE_ITEM = 6;
const VARIABLE_STATUS = 2;
const MODIFY_VARIABLE = 8;
const FORCE = 9;
const DELETE_JOB = 15;

/** The objects of a variable table in `pdu`; false where there is none. */
export function decodeTable(m: Message, pdu: Pdu, sub: number): boolean {
  const at = tableAt(pdu, sub);
  if (at < 0) return false;
  objects(m, pdu, at, sub);
  return true;
}

/**
 * What a watched variable table has come to, or one that modifies, told unasked: number of items, then their values, or a
 * return code for each, filled up to an even length. False where there are none. Which variables they are, the job's request
 * said.
 */
export function decodeTablePush(m: Message, sub: number): boolean {
  const { view, data, dataEnd } = m.pdu;
  const at = data + DATA_HEADER;
  if ((sub !== VARIABLE_STATUS && sub !== MODIFY_VARIABLE) || dataEnd - at < 4) return false;
  const first = at + 4 + view.getUint16(at);
  if (first + 2 > dataEnd) return false;
  const count = view.getUint16(first);
  if (count === 0) return false;
  if (sub === MODIFY_VARIABLE) {
    const end = first + 2 + count;
    if (end !== dataEnd && end + (count & 1) !== dataEnd) return false;
    looseCodes(m, first + 2, count);
    return true;
  }
  if (!m.values.check(view, first + 2, dataEnd, count, true)) return false;
  m.values.rewind();
  looseValues(m, count);
  return true;
}

/** The lengths of parameters and data must fill the content, and the table of a request that has one its data. */
export function commandAnomalies({ view, data, dataEnd }: Pdu, sub: number): number {
  const at = data + DATA_HEADER;
  if (dataEnd - at < 4) return hasTable(sub) ? Anomaly.truncated : 0;
  const count = at + 4 + view.getUint16(at);
  if (count + view.getUint16(at + 2) !== dataEnd) return Anomaly.length;
  if (!hasTable(sub)) return 0;
  if (count + 2 > dataEnd) return Anomaly.length;
  const items = view.getUint16(count);
  if (items === 0) return Anomaly.count;
  const end = count + 2 + items * TABLE_ITEM;
  // Tables that modify go on with their values.
  return end > dataEnd || (sub === VARIABLE_STATUS && end < dataEnd) ? Anomaly.length : 0;
}

function hasTable(sub: number): boolean {
  return sub === VARIABLE_STATUS || sub === MODIFY_VARIABLE || sub === FORCE;
}

/** Where the number of items of a variable table is, whose items all lie within the data; -1 where there is none. */
function tableAt(pdu: Pdu, sub: number): number {
  if (!hasTable(sub)) return -1;
  const at = pdu.data + DATA_HEADER;
  if (pdu.dataEnd - at < 4) return -1;
  const count = at + 4 + pdu.view.getUint16(at);
  if (count + 2 > pdu.dataEnd) return -1;
  const items = pdu.view.getUint16(count);
  return items > 0 && count + 2 + items * TABLE_ITEM <= pdu.dataEnd ? count : -1;
}

/** One operation for each item of a variable table, with the value to give it where the table modifies. */
function objects(m: Message, pdu: Pdu, at: number, sub: number): void {
  const { op, values } = m;
  const { view, dataEnd } = pdu;
  const count = view.getUint16(at);
  const end = at + 2 + count * TABLE_ITEM;
  const modifies = sub !== VARIABLE_STATUS;
  const valued = modifies && values.check(view, end, dataEnd, count, true);
  values.rewind();
  op.items = count;
  for (op.item = 0; op.item < count; op.item++) {
    const item = at + 2 + op.item * TABLE_ITEM;
    op.clearItem();
    const type = object(m, view, item, modifies);
    if (valued && values.next()) value(m, view, type);
    m.emit();
  }
}

/** The value of an item: as many elements of the item's width as its bytes hold. */
function value(m: Message, view: DataView, type: ValueType): void {
  const { at, length } = m.values;
  const bytes = VALUE_BITS[type]! / 8;
  if (length % bytes === 0 && (type !== ValueType.bool || length === 1))
    m.carries(view, at, length, type, length / bytes);
  else m.carries(view, at, length, ValueType.bytes, 1);
}

/**
 * Area (high four bits) and width (low four: bit, byte, word, double word), how many or, of a bit, which, DB number, first
 * byte or number. Returns the type that the width stands for.
 */
function object(m: Message, view: DataView, at: number, modifies: boolean): ValueType {
  const { op } = m;
  const width = view.getUint8(at) & 0x0f;
  const factor = view.getUint8(at + 1);
  const address = view.getUint16(at + 4);
  op.space = spaceOf(view.getUint8(at) >> 4, modifies);
  if (op.space === Space.T || op.space === Space.C) {
    op.address = address;
    op.extent = factor;
    return ValueType.u16;
  }
  if (op.space === Space.none || width > 3) m.flag(Anomaly.value);
  if (op.space === Space.DB) op.area = view.getUint16(at + 2);
  if (width === 0) {
    if (factor > 7) m.flag(Anomaly.value);
    op.address = address * 8 + (factor & 7);
    op.extent = 1;
    return ValueType.bool;
  }
  op.address = address * 8;
  op.extent = (8 << (width - 1)) * factor;
  return width === 3 ? ValueType.u32 : width === 2 ? ValueType.u16 : ValueType.u8;
}

function spaceOf(area: number, modifies: boolean): Space {
  switch (area) {
    case 0:
      return Space.M;
    case 1:
      return Space.I;
    case 2:
      return Space.Q;
    case 3:
      // Read are the peripheral inputs; what is written are the outputs.
      return modifies ? Space.Q : Space.P;
    case 5:
      return Space.T;
    case 6:
      return Space.C;
    case 7:
      return Space.DB;
    default:
      return Space.none;
  }
}

/**
 * Enabling, disabling, deleting or replacing a job does what the job does: the verb of the job's function where that
 * weighs more. Never less: the number that says which job is meant, and not the function beside it, may be what the
 * controller goes by.
 */
export function jobVerb(pdu: Pdu, sub: number, verb: Verb): Verb {
  const at = pdu.data + DATA_HEADER;
  if ((sub !== 13 && sub !== 14 && sub !== DELETE_JOB && sub !== 18) || pdu.dataEnd - at < 4) return verb;
  const job = at + 4 + pdu.view.getUint16(at) + (sub === DELETE_JOB ? 2 : 0);
  if (job >= pdu.dataEnd) return verb;
  const row = userdataRow(Group.programmer, pdu.view.getUint8(job));
  if (!isListed(row)) return verb;
  const { verb: does } = FUNCTIONS[row]!;
  return VERBS[does]!.group > VERBS[verb]!.group ? does : verb;
}
