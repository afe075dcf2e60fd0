/**
 * TPKT packets with COTP TPDUs, as bytes.
 *
 * @module
 */

import { Parameter } from './connection.ts';
import { DATA, Tpdu } from './cotp.ts';
import { putTpkt } from './tpkt.ts';

/** Writes the headers of a data TPDU of `length` bytes of data; returns where the data begins. */
export function putData(view: DataView, at: number, length: number, last = true): number {
  const next = putTpkt(view, at, DATA + length);
  view.setUint8(next, 2);
  view.setUint8(next + 1, Tpdu.DT);
  view.setUint8(next + 2, last ? 0x80 : 0x00);
  return next + 3;
}

/** Writes a disconnect request for the connection that the other end calls `reference`; returns its end. */
export function putDisconnect(view: DataView, at: number, reference: number, reason: number): number {
  const next = putTpkt(view, at, 11);
  view.setUint8(next, 6);
  view.setUint8(next + 1, Tpdu.DR);
  view.setUint16(next + 2, reference);
  view.setUint16(next + 4, 0);
  view.setUint8(next + 6, reason);
  return next + 7;
}

/** A message: `data` in one packet, or in as many as `segment` (bytes of data in each) makes necessary. */
export function dataMessage(data: Uint8Array, segment = data.length): Uint8Array {
  const size = Math.max(1, segment);
  const count = Math.max(1, Math.ceil(data.length / size));
  const bytes = new Uint8Array(count * DATA + data.length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const part = data.subarray(i * size, (i + 1) * size);
    at = putData(view, at, part.length, i === count - 1);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What CR and CC say. TSAPs are bytes; `tpduSize` is a power of two as in X.224 13.3.4 b (10: 1024 bytes). */
export interface ConnectionSetup {
  readonly destination?: number;
  readonly source: number;
  readonly calling: Uint8Array;
  readonly called: Uint8Array;
  readonly tpduSize?: number;
  readonly class?: number;
}

/** A connection request. */
export function connectionRequest(setup: ConnectionSetup): Uint8Array {
  return connection(Tpdu.CR, setup);
}

/** A connection confirm. */
export function connectionConfirm(setup: ConnectionSetup): Uint8Array {
  return connection(Tpdu.CC, setup);
}

function connection(code: Tpdu, setup: ConnectionSetup): Uint8Array {
  const parameters = [
    Parameter.callingTsap,
    setup.calling.length,
    ...setup.calling,
    Parameter.calledTsap,
    setup.called.length,
    ...setup.called,
    Parameter.tpduSize,
    1,
    setup.tpduSize ?? 10,
  ];
  const bytes = new Uint8Array(11 + parameters.length);
  const view = new DataView(bytes.buffer);
  putTpkt(view, 0, bytes.length);
  view.setUint8(4, bytes.length - 5);
  view.setUint8(5, code);
  view.setUint16(6, setup.destination ?? 0);
  view.setUint16(8, setup.source);
  view.setUint8(10, (setup.class ?? 0) << 4);
  bytes.set(parameters, 11);
  return bytes;
}
