/**
 * The header of an S7 protocol data unit.
 *
 *     0        protocol id, 0x32
 *     1        kind of message (ROSCTR)
 *     2..4     redundancy identification
 *     4..6     PDU reference, which pairs request and response
 *     6..8     length of the parameters
 *     8..10    length of the data
 *     10..12   error class and code, in Ack and Ack_Data only
 *     ..       parameters, then data
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { NO_BYTES } from '../../operation/operation.ts';

export const PROTOCOL_ID = 0x32;

/** Kinds of message. */
export const Rosctr = { job: 1, ack: 2, ackData: 3, userdata: 7 } as const;
export type Rosctr = (typeof Rosctr)[keyof typeof Rosctr];

/** Bytes of header: shorter where the kind carries no error. */
export const HEADER = 10;
export const ACK_HEADER = 12;
const REFERENCE = 4;

const HEADER_LENGTH = new Uint8Array(256);
HEADER_LENGTH[Rosctr.job] = HEADER_LENGTH[Rosctr.userdata] = HEADER;
HEADER_LENGTH[Rosctr.ack] = HEADER_LENGTH[Rosctr.ackData] = ACK_HEADER;

/** True for the kinds that answer a Job. */
export function isAck(rosctr: number): boolean {
  return rosctr === Rosctr.ack || rosctr === Rosctr.ackData;
}

/** Bytes of header of a kind of message; 0 for a kind that is not known. */
export function headerLength(rosctr: number): number {
  return HEADER_LENGTH[rosctr]!;
}

/** Reference of the PDU at `at`. */
export function referenceOf(view: DataView, at: number): number {
  return view.getUint16(at + REFERENCE);
}

/** Could the bytes `at..end` be read as a PDU by themselves? */
export function readsAsPdu(view: DataView, at: number, end: number): boolean {
  if (end - at < HEADER || view.getUint8(at) !== PROTOCOL_ID) return false;
  const header = headerLength(view.getUint8(at + 1));
  return header !== 0 && header + view.getUint16(at + 6) + view.getUint16(at + 8) <= end - at;
}

/** Offsets into one PDU, found once. One record is reused for all messages of a conversation. */
export class Pdu {
  view: DataView = NO_BYTES;
  /** Where it begins. */
  first = 0;
  rosctr = 0;
  reference = 0;
  /** Error class × 256 + error code; 0 where there is none. */
  error = 0;
  /** Parameters. Where anomalies are set, both ranges still lie within the message. */
  param = 0;
  paramEnd = 0;
  data = 0;
  dataEnd = 0;
  /** What is wrong with the header and its lengths. */
  anomalies = 0;

  /** Finds the parts of the PDU that fills `at..end`. */
  read(view: DataView, at: number, end: number): void {
    this.view = view;
    this.first = at;
    const rosctr = end - at < HEADER ? 0 : view.getUint8(at + 1);
    const header = headerLength(rosctr);
    if (header === 0 || end - at < header || view.getUint8(at) !== PROTOCOL_ID) {
      this.#readBroken(view, at, end);
      return;
    }
    const param = at + header;
    const paramEnd = param + view.getUint16(at + 6);
    const dataEnd = paramEnd + view.getUint16(at + 8);
    const fits = dataEnd <= end;
    this.rosctr = rosctr;
    this.reference = referenceOf(view, at);
    this.error = header === ACK_HEADER ? view.getUint16(at + 10) : 0;
    this.param = fits ? param : end;
    this.paramEnd = fits ? paramEnd : end;
    this.data = fits ? paramEnd : end;
    this.dataEnd = fits ? dataEnd : end;
    this.anomalies = dataEnd === end ? 0 : fits ? Anomaly.trailing : Anomaly.length;
  }

  /** The same where its header is not whole, or no header. */
  #readBroken(view: DataView, at: number, end: number): void {
    const there = end - at >= HEADER;
    this.rosctr = there ? view.getUint8(at + 1) : 0;
    this.reference = there ? referenceOf(view, at) : 0;
    this.error = 0;
    this.param = this.paramEnd = this.data = this.dataEnd = end;
    const known = there && view.getUint8(at) === PROTOCOL_ID && headerLength(this.rosctr) !== 0;
    this.anomalies = there && !known ? Anomaly.header : Anomaly.truncated;
  }

  /** Function code of a Job or its answer: the first byte of the parameters, or -1 where there are none. */
  get code(): number {
    return this.param < this.paramEnd ? this.view.getUint8(this.param) : -1;
  }
}
