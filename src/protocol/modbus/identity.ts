/**
 * What Modbus devices tell of themselves: device identification, server id, and the identification of UMAS.
 *
 * cold: a few answers a session
 *
 * @module
 */

import type { Operation } from '../../operation/operation.ts';
import { hex, text } from '../../operation/value.ts';
import type { FactSink, IdentityReader } from '../device-facts.ts';
import { Fc, Mei } from './functions.ts';
import { identityFacts, READ_ID } from './umas-reader.ts';

/** Facts by object of the device identification (MODBUS Application Protocol V1.1b3, 6.21, table of objects). */
const OBJECTS = [
  'vendor',
  'product code',
  'firmware',
  'url',
  'product',
  'model',
  'application name',
] as const;

export function identity(): IdentityReader {
  return { operation };
}

function operation(op: Operation, sink: FactSink): void {
  if (op.valueLength === 0) return;
  if (op.code === Fc.encapsulatedInterface && op.subcode === Mei.identification) {
    const name = OBJECTS[op.address] ?? `identification object ${op.address}`;
    sink.fact(name, String(op.value(0)), 'Read Device Identification');
  } else if (op.code === Fc.reportServerId) {
    sink.fact('server id', serverId(op), 'Report Server ID');
  } else if (op.code === Fc.umas && op.subcode === READ_ID) {
    const { buffer, byteOffset } = op.valueView;
    for (const { name, value } of identityFacts(
      new DataView(buffer, byteOffset + op.valueAt, op.valueLength),
    )) {
      sink.fact(name === 'device' ? 'model' : name, value, 'UMAS READ_ID');
    }
  }
}

/** V1.1b3, 6.13: what the bytes mean is the maker's own; most write text among them. */
function serverId(op: Operation): string {
  const whole = text(op.valueView, op.valueAt, op.valueLength);
  const words = whole.match(/[\x20-\x7e]{4,}/g);
  return words === null ? hex(op.valueView, op.valueAt, op.valueLength) : words.join(' ').trim();
}
