/**
 * A client's talk with an S7 controller, for who reads from it: connection and set-up, then one request at a time and its
 * answer, checked by the same decoders that guard a plant. What cannot be relied on ends it.
 *
 * cold: for audits, never per message
 *
 * @module
 */

import { Anomaly, anomalyNames, MALFORMED } from '../../operation/anomaly.ts';
import { Operation, Phase, type Sink } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { DATA, reassemble, Tpdu, tpduCode, unsegmented } from '../osi/cotp.ts';
import { connectionRequest } from '../osi/encode.ts';
import { type ProgramAnswer, ProgramReadError, type ProgramRequest } from '../program-reader.ts';
import { S7Conversation } from './conversation.ts';
import { setupRequest } from './encode.ts';
import { errorName } from './errors.ts';
import { MAX_MESSAGE } from './frame.ts';
import { Pdu } from './pdu.ts';

/** Answers that say: not now. They are asked again after a while. */
const BUSY: readonly number[] = [0x8302, 0x8304, 0x8402, 0xd0a2, 0xd406];
/** PDUs as short as a programming device asks for, so that no request makes the controller work long. */
const PDU_LENGTH = 480;
/** Messages that may come unasked before an answer. */
const MAX_UNASKED = 64;
/** What is wrong with an answer that says nothing of its request. */
const UNRELIABLE = MALFORMED | Anomaly.mismatch | Anomaly.unsolicited | Anomaly.duplicate;
const NOTHING = new Uint8Array();

/** An answer: its error code or 0, and where its parts lie. Good until the next. */
export interface Answered {
  readonly error: number;
  readonly pdu: Pdu;
}

/** Asked for, and answered. */
export type Asking<T> = Generator<ProgramRequest, T, ProgramAnswer>;

/** Times that a busy controller is asked again, and the wait before each, ms. */
export interface Patience {
  readonly retries: number;
  readonly retryAfter: number;
}

export class Dialogue {
  /** When the last answer came, ms since 1970-01-01 UTC. */
  time = 0;
  readonly #station: number;
  readonly #patience: Patience;
  readonly #sink: Sink | undefined;
  readonly #conversation = new S7Conversation({ requests: 4, bytes: 4096 }, true);
  readonly #op = new Operation();
  readonly #pdu = new Pdu();
  readonly #scratch = new DataView(new ArrayBuffer(MAX_MESSAGE));
  /** Anomalies of all items of a message. */
  #anomalies = 0;
  readonly #check: Sink = {
    operation: ({ anomalies }) => {
      this.#anomalies |= anomalies;
    },
  };
  #reference = 0;

  /** `sink` is given the operations of answers that can be relied on. */
  constructor(station: number, patience: Patience, sink?: Sink) {
    this.#station = station;
    this.#patience = patience;
    this.#sink = sink;
  }

  *connect(): Asking<void> {
    const called = Uint8Array.of(0x01, this.#station);
    const calling = Uint8Array.of(0x01, 0x00);
    const message = connectionRequest({ source: 1, calling, called });
    yield* this.#exchange('connection', message, 0);
    if (this.#op.error !== 0) {
      throw new ProgramReadError(
        `it refuses the connection (${errorName(this.#op.error)}); check the station: rack and slot of the CPU`,
      );
    }
    const { error } = yield* this.ask('set-up', reference => setupRequest(reference, PDU_LENGTH));
    if (error !== 0)
      throw new ProgramReadError(`it refuses to set up the communication: ${errorName(error)}`);
  }

  /** Asks, again where the controller is busy. Where an answer has several items, the error is the last one's. */
  *ask(what: string, make: (reference: number) => Uint8Array): Asking<Answered> {
    const { retries, retryAfter } = this.#patience;
    for (let attempt = 0; ; attempt++) {
      this.#reference = (this.#reference % 0xffff) + 1;
      yield* this.#exchange(what, make(this.#reference), attempt === 0 ? 0 : retryAfter);
      const { error } = this.#op;
      if (attempt < retries && BUSY.includes(error)) continue;
      return { error, pdu: this.#pdu };
    }
  }

  /** Sends a request and reads its answer into the record and the PDU. */
  *#exchange(what: string, message: Uint8Array, wait: number): Asking<void> {
    const op = this.#op;
    this.#conversation.follow(Side.client, viewOf(message), 0, message.length);
    let answer = yield { bytes: message, what, wait };
    for (let unasked = 0; unasked < MAX_UNASKED; unasked++) {
      const view = viewOf(answer.bytes);
      const end = answer.bytes.length;
      this.#anomalies = 0;
      this.#conversation.decode(Side.server, view, 0, end, op, this.#check);
      const wrong = this.#anomalies & UNRELIABLE;
      if (wrong !== 0) {
        throw new ProgramReadError(
          `${what}: its answer cannot be relied on (${anomalyNames(wrong).join(', ')})`,
        );
      }
      this.time = answer.time;
      if (op.phase === Phase.response) {
        // Only the first request is one of the transport's own.
        if ((op.kind === 0) !== (this.#reference === 0)) break;
        if (op.kind !== 0) {
          this.#read(view, end);
          op.time = answer.time / 1000;
          // Decoding changes nothing, so that it can be done again.
          if (this.#sink !== undefined) {
            this.#conversation.decode(Side.server, view, 0, end, op, this.#sink);
          }
        }
        this.#conversation.follow(Side.server, view, 0, end);
        return;
      }
      this.#conversation.follow(Side.server, view, 0, end);
      if (tpduCode(view, 0) === Tpdu.DR) throw new ProgramReadError(`${what}: it ended the connection`);
      // Nothing was subscribed, but controllers tell some things unasked, and an empty packet means nothing.
      answer = yield { bytes: NOTHING, what, wait: 0 };
    }
    throw new ProgramReadError(`${what}: what it sends is no answer`);
  }

  /** Finds the parts of the PDU, put together where it is segmented. */
  #read(view: DataView, end: number): void {
    if (unsegmented(view, 0, end)) this.#pdu.read(view, DATA, end);
    else this.#pdu.read(this.#scratch, 0, reassemble(view, 0, end, this.#scratch));
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
