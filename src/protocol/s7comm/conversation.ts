/**
 * What a session remembers: the station it was opened to, the negotiated PDU length, the requests of both sides
 * that await their answers, uploads under way and subscriptions.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import type { Operation, Sink } from '../../operation/operation.ts';
import { opposite, Side } from '../../operation/side.ts';
import { confirms, connectionAnomalies, Parameter, parameterAt } from '../osi/connection.ts';
import { DATA, isPlainData, reassemble, Tpdu, tpduCode, tsduAnomalies, unsegmented } from '../osi/cotp.ts';
import { ConnectionState } from '../osi/state.ts';
import { Pending } from '../pending.ts';
import type { Answer, Conversation, ConversationLimits, Why } from '../protocol.ts';
import { decodeConnection, decodeEmpty, decodePdu, SETUP } from './decode.ts';
import { followUpload } from './decode-block.ts';
import { Subscriptions } from './decode-cyclic.ts';
import { followParts } from './decode-userdata.ts';
import { MAX_MESSAGE } from './frame.ts';
import { Fn } from './functions.ts';
import { Message } from './message.ts';
import { headerLength, isAck, type Pdu, Rosctr, readsAsPdu, referenceOf } from './pdu.ts';
import { isPollAnswer, isPollJob, readAnswer, readJob, SHORTEST } from './poll.ts';
import { giveUpDownload, refuseConnection, refusePdu } from './refuse.ts';
import { UNKNOWN_STATION } from './station.ts';
import { Transfers } from './transfers.ts';
import { isRequest, isResponse } from './userdata.ts';

/** Keys of pending requests: the PDU reference, apart for Job and Userdata, and one for the connection. */
const USERDATA_KEY = 0x10000;
const CONNECTION_KEY = 0x20000;

/** The message under way, of whichever conversation. */
const MESSAGE = new Message();

export class S7Conversation implements Conversation {
  /** Requests of each side. */
  readonly #fromClient: Pending;
  readonly #fromServer: Pending;
  /** Where the data of segmented messages are put together; made when the first is seen. */
  #scratch: DataView | undefined;
  readonly #connection: ConnectionState;
  /** The station that the connection reaches, and the one that a CR asks for. */
  #station = UNKNOWN_STATION;
  #asked = UNKNOWN_STATION;
  readonly #uploads = new Transfers();
  readonly #parts = new Transfers();
  readonly #subscriptions = new Subscriptions();
  /** Longest PDU, once negotiated; 0 before. */
  #pduLength = 0;

  constructor(limits: ConversationLimits, fresh: boolean) {
    this.#connection = new ConnectionState(fresh);
    this.#fromClient = new Pending(limits.requests, limits.bytes);
    this.#fromServer = new Pending(limits.requests, limits.bytes);
  }

  decode(side: Side, view: DataView, at: number, end: number, op: Operation, sink: Sink): void {
    const m = MESSAGE;
    m.begin(side, op, sink);
    op.station = this.#connection.asked ? this.#asked : this.#station;
    const plain = isPlainData(view, at, end);
    if (plain) op.anomalies = this.#connection.plainAnomalies(end - at);
    else op.anomalies = tsduAnomalies(view, at, end) | this.#connection.anomalies(side, view, at, end);
    if (!plain && tpduCode(view, at) !== Tpdu.DT) this.#decodeConnection(side, view, at, end);
    else if (this.#read(view, at, end)) this.#decodePdu(side);
    else decodeEmpty(m);
  }

  observe(side: Side, view: DataView, at: number, end: number, op: Operation, sink: Sink): void {
    if (end - at <= DATA || !isPlainData(view, at, end) || !this.#connection.settled) {
      this.decode(side, view, at, end, op, sink);
      this.follow(side, view, at, end);
      return;
    }
    if (this.#poll(side, view, at + DATA, end, op, sink)) return;
    const m = MESSAGE;
    m.begin(side, op, sink);
    op.station = this.#station;
    op.anomalies = this.#connection.plainAnomalies(end - at);
    m.pdu.read(view, at + DATA, end);
    this.#decodePdu(side);
    this.#followPdu(side);
  }

  /** Decodes and follows the PDU of a poll, about which there is nothing odd; false where it is any other. */
  #poll(side: Side, view: DataView, at: number, end: number, op: Operation, sink: Sink): boolean {
    const length = end - at;
    if (length < SHORTEST || (this.#pduLength !== 0 && length > this.#pduLength)) return false;
    if (this.#connection.plainAnomalies(DATA + length) !== 0) return false;
    const pending = this.#fromClient;
    const reference = referenceOf(view, at);
    const slot = pending.find(reference);
    if (side === Side.client) {
      if (slot >= 0 || !pending.hasRoom(length) || !isPollJob(view, at, end)) return false;
      this.#clear(side, reference, op);
      readJob(view, at, end, op, sink);
      pending.add(reference, view, at, end);
      return true;
    }
    if (slot < 0 || pending.uncertain(slot)) return false;
    const asked = pending.view;
    const askedAt = pending.at(slot);
    if (!isPollAnswer(view, at, end, asked, askedAt, pending.end(slot))) return false;
    this.#clear(side, reference, op);
    readAnswer(view, at, asked, askedAt, op, sink);
    pending.answer(reference);
    return true;
  }

  #clear(side: Side, reference: number, op: Operation): void {
    op.clear(side);
    op.reference = reference;
    op.station = this.#station;
  }

  /** Decodes the PDU that was read. */
  #decodePdu(side: Side): void {
    const m = MESSAGE;
    const { code } = m.pdu;
    // Reads and writes, which are most of the traffic, have no part in these.
    if (code !== Fn.readVar && code !== Fn.writeVar) {
      m.uploads = this.#uploads;
      m.parts = this.#parts;
    }
    this.#pair(side);
    decodePdu(m);
  }

  #decodeConnection(side: Side, view: DataView, at: number, end: number): void {
    const m = MESSAGE;
    const { op } = m;
    const code = tpduCode(view, at);
    op.anomalies |= connectionAnomalies(view, at, end);
    if (code === Tpdu.CR) op.station = calledStation(view, at);
    this.#pairConnection(side, view, at, code);
    decodeConnection(m, view, at, code);
  }

  follow(side: Side, view: DataView, at: number, end: number): void {
    const code = tpduCode(view, at);
    if (code !== Tpdu.DT) {
      this.#followConnection(side, view, at, end, code);
      return;
    }
    if (this.#connection.follow(side, view, at, end)) this.#station = this.#asked;
    if (this.#read(view, at, end)) this.#followPdu(side);
  }

  /** Remembers the PDU that was read. */
  #followPdu(side: Side): void {
    const { pdu, request } = MESSAGE;
    if (pdu.anomalies !== 0 && pdu.anomalies !== Anomaly.trailing) return;
    const key = keyOf(pdu);
    if (asks(pdu)) {
      this.#pending(side).add(key, pdu.view, pdu.first, pdu.dataEnd);
      return;
    }
    if (!answers(pdu)) return;
    const pending = this.#pending(opposite(side));
    const slot = pending.answer(key);
    if (slot < 0) return;
    // Reads and writes, which are most of the traffic, leave nothing to remember.
    if (pdu.code === Fn.readVar || pdu.code === Fn.writeVar) return;
    request.read(pending.view, pending.at(slot), pending.end(slot));
    if (request.anomalies !== 0) return;
    MESSAGE.uploads = this.#uploads;
    MESSAGE.parts = this.#parts;
    if (pdu.rosctr === Rosctr.userdata) {
      followParts(MESSAGE);
      this.#subscriptions.follow(pdu, pending.view, pending.at(slot), pending.end(slot), request);
    } else if (pdu.error === 0) this.#followAck(pdu);
  }

  refuse(side: Side, view: DataView, at: number, end: number, why: Why, answer: Answer): boolean {
    const code = tpduCode(view, at);
    if (code !== Tpdu.DT) return refuseConnection(side, view, at, end, why, answer);
    if (!this.#read(view, at, end)) return false;
    return refusePdu(side, MESSAGE.pdu, why, answer);
  }

  #pending(side: Side): Pending {
    return side === Side.client ? this.#fromClient : this.#fromServer;
  }

  giveUp(side: Side, view: DataView, at: number, end: number, notice: Answer): boolean {
    if (tpduCode(view, at) !== Tpdu.DT || !this.#read(view, at, end)) return false;
    const { pdu, request } = MESSAGE;
    const pending = this.#pending(opposite(side));
    const slot = isAck(pdu.rosctr) ? pending.find(keyOf(pdu)) : -1;
    if (slot < 0) return false;
    request.read(pending.view, pending.at(slot), pending.end(slot));
    notice.to = side;
    return request.anomalies === 0 && giveUpDownload(request, notice);
  }

  reset(): void {
    this.#fromClient.reset();
    this.#fromServer.reset();
    this.#scratch = undefined;
    this.#connection.reset();
    this.#station = UNKNOWN_STATION;
    this.#asked = UNKNOWN_STATION;
    this.#uploads.reset();
    this.#parts.reset();
    this.#subscriptions.reset();
    this.#pduLength = 0;
  }

  waiting(side: Side): number {
    return this.#pending(side).waiting;
  }

  nextTicket(side: Side): number {
    return this.#pending(side).nextTicket;
  }

  oldestTicket(side: Side): number {
    return this.#pending(side).oldestTicket;
  }

  abandonOldest(side: Side): void {
    this.#pending(side).abandonOldest();
  }

  /** Reads the header of the PDU in the message, put together where it is segmented; false where it is empty. */
  #read(view: DataView, at: number, end: number): boolean {
    if (!unsegmented(view, at, end)) return this.#reassemble(view, at, end);
    if (end - at <= DATA) return false;
    MESSAGE.pdu.read(view, at + DATA, end);
    return true;
  }

  #reassemble(view: DataView, at: number, end: number): boolean {
    const { pdu } = MESSAGE;
    // cold: once a session, where messages are segmented
    this.#scratch ??= new DataView(new ArrayBuffer(MAX_MESSAGE));
    const length = reassemble(view, at, end, this.#scratch);
    if (length === 0) return false;
    pdu.read(this.#scratch, 0, length);
    // To a controller that knows no segments each is a message of its own.
    for (let next = at + view.getUint16(at + 2); next < end; next += view.getUint16(next + 2)) {
      if (readsAsPdu(view, next + DATA, next + view.getUint16(next + 2))) pdu.anomalies |= Anomaly.value;
    }
    return true;
  }

  /** Finds the request of an answer, and what the references of the session say of the message. */
  #pair(side: Side): void {
    const m = MESSAGE;
    const { pdu, request, op } = m;
    if (pdu.anomalies & (Anomaly.truncated | Anomaly.header)) return;
    const length = pdu.dataEnd - pdu.param + headerLength(pdu.rosctr);
    if (this.#pduLength !== 0 && length > this.#pduLength) op.anomalies |= Anomaly.oversize;
    const key = keyOf(pdu);
    if (asks(pdu)) {
      const pending = this.#pending(side);
      if (pending.find(key) >= 0) op.anomalies |= Anomaly.duplicate;
      if (!pending.hasRoom(length)) op.anomalies |= Anomaly.evicted;
      return;
    }
    if (!answers(pdu)) {
      m.answers = pdu.rosctr === Rosctr.userdata && this.#subscriptions.recall(pdu, request);
      return;
    }
    const pending = this.#pending(opposite(side));
    const slot = pending.find(key);
    if (slot < 0) {
      op.anomalies |= Anomaly.unsolicited;
      return;
    }
    if (pending.uncertain(slot)) op.anomalies |= Anomaly.duplicate;
    request.read(pending.view, pending.at(slot), pending.end(slot));
    m.answers = request.anomalies === 0;
  }

  /** Finds the CR that a TPDU of the connection answers. */
  #pairConnection(side: Side, view: DataView, at: number, code: number): void {
    const m = MESSAGE;
    const { op } = m;
    const whole = (op.anomalies & (Anomaly.truncated | Anomaly.length | Anomaly.header)) === 0;
    if (code === Tpdu.CR && !this.#pending(side).hasRoom(view.getUint16(at + 2)))
      op.anomalies |= Anomaly.evicted;
    const pending = this.#pending(opposite(side));
    const slot = pending.find(CONNECTION_KEY);
    m.answers = slot >= 0;
    if (code !== Tpdu.CC || !this.#connection.asked) return;
    if (slot < 0) op.anomalies |= Anomaly.unsolicited;
    else if (whole && !confirms(view, at, pending.view, pending.at(slot))) op.anomalies |= Anomaly.mismatch;
  }

  #followConnection(side: Side, view: DataView, at: number, end: number, code: number): void {
    if (connectionAnomalies(view, at, end) & (Anomaly.truncated | Anomaly.length | Anomaly.header)) return;
    if (this.#connection.anomalies(side, view, at, end) !== 0) return;
    if (this.#connection.follow(side, view, at, end)) this.#station = this.#asked;
    if (code === Tpdu.CR) {
      this.#asked = calledStation(view, at);
      this.#pending(side).add(CONNECTION_KEY, view, at, end);
    } else if (code === Tpdu.CC || code === Tpdu.DR) this.#pending(opposite(side)).answer(CONNECTION_KEY);
  }

  #followAck(pdu: Pdu): void {
    if (pdu.code === Fn.setup && pdu.paramEnd - pdu.param === SETUP) {
      this.#pduLength = pdu.view.getUint16(pdu.param + SETUP - 2);
    } else followUpload(MESSAGE);
  }
}

/** True for a message that awaits an answer. */
function asks(pdu: Pdu): boolean {
  return pdu.rosctr === Rosctr.job || (pdu.rosctr === Rosctr.userdata && isRequest(pdu));
}

/** True for an answer. */
function answers(pdu: Pdu): boolean {
  return isAck(pdu.rosctr) || (pdu.rosctr === Rosctr.userdata && isResponse(pdu));
}

function keyOf(pdu: Pdu): number {
  return pdu.rosctr === Rosctr.userdata ? USERDATA_KEY + pdu.reference : pdu.reference;
}

/** Rack and slot: the last byte of a called TSAP of two bytes. */
function calledStation(view: DataView, at: number): number {
  const tsap = parameterAt(view, at, Parameter.calledTsap);
  return tsap >= 0 && view.getUint8(tsap - 1) === 2 ? view.getUint8(tsap + 1) : UNKNOWN_STATION;
}
