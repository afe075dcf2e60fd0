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

/** True for the kinds that answer a Job. */
export function isAck(rosctr: number): boolean {
  return rosctr === Rosctr.ack || rosctr === Rosctr.ackData;
}

/** Bytes of header of a kind of message; 0 for a kind that is not known. */
export function headerLength(rosctr: number): number {
  if (rosctr === Rosctr.job || rosctr === Rosctr.userdata) return HEADER;
  return isAck(rosctr) ? ACK_HEADER : 0;
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
    this.rosctr = 0;
    this.reference = 0;
    this.error = 0;
    this.param = this.paramEnd = this.data = this.dataEnd = end;
    this.anomalies = 0;
    if (end - at < HEADER) {
      this.anomalies = Anomaly.truncated;
      return;
    }
    this.rosctr = view.getUint8(at + 1);
    this.reference = view.getUint16(at + 4);
    const header = headerLength(this.rosctr);
    if (view.getUint8(at) !== PROTOCOL_ID || header === 0) {
      this.anomalies = Anomaly.header;
      return;
    }
    if (end - at < header) {
      this.anomalies = Anomaly.truncated;
      return;
    }
    if (header === ACK_HEADER) this.error = view.getUint16(at + 10);
    const param = at + header;
    const paramEnd = param + view.getUint16(at + 6);
    const dataEnd = paramEnd + view.getUint16(at + 8);
    if (dataEnd > end) {
      this.anomalies = Anomaly.length;
      return;
    }
    if (dataEnd < end) this.anomalies = Anomaly.trailing;
    this.param = param;
    this.paramEnd = paramEnd;
    this.data = paramEnd;
    this.dataEnd = dataEnd;
  }

  /** Function code of a Job or its answer: the first byte of the parameters, or -1 where there are none. */
  get code(): number {
    return this.param < this.paramEnd ? this.view.getUint8(this.param) : -1;
  }
}
