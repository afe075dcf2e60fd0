/**
 * Where a COTP connection stands. RFC 1006 has one connection a TCP stream: CR, then CC, then data, until it ends. A
 * second CR, or data before the CC, would have two readers of one stream disagree on whom it reaches.
 *
 * @module
 */

import { Anomaly } from '../../operation/anomaly.ts';
import { Side } from '../../operation/side.ts';
import { tpduSize } from './connection.ts';
import { segmentAnomalies, Tpdu, tpduCode } from './cotp.ts';
import { TPKT_HEADER } from './tpkt.ts';

const State = {
  /** Joined in mid-stream: nothing is known yet. */
  unseen: 0,
  /** No connection; a CR may ask for one. */
  closed: 1,
  /** Asked for, not confirmed. */
  asked: 2,
  open: 3,
} as const;
type State = (typeof State)[keyof typeof State];

export class ConnectionState {
  readonly #fresh: boolean;
  #state: State;
  /** Bytes of the largest TPDU; 0 while that is not known. */
  #size = 0;

  /** `fresh`: every byte of the stream is seen, from the first. Otherwise what was not seen is given credit. */
  constructor(fresh: boolean) {
    this.#fresh = fresh;
    this.#state = fresh ? State.closed : State.unseen;
  }

  /** Forgets all. */
  reset(): void {
    this.#state = this.#fresh ? State.closed : State.unseen;
    this.#size = 0;
  }

  /** Whether a connection is asked for, and not confirmed yet. */
  get asked(): boolean {
    return this.#state === State.asked;
  }

  /** Whether data may come in either direction, and change nothing. */
  get settled(): boolean {
    return this.#state === State.open || this.#state === State.unseen;
  }

  /** What speaks against the message `at..end` of `side` at this point of the stream. */
  anomalies(side: Side, view: DataView, at: number, end: number): number {
    const state = this.#state;
    switch (tpduCode(view, at)) {
      case Tpdu.CR:
        return side === Side.client && state <= State.closed ? 0 : Anomaly.state;
      case Tpdu.CC:
        return side === Side.server && (state === State.asked || state === State.unseen) ? 0 : Anomaly.state;
      case Tpdu.DT:
        return segmentAnomalies(view, at, end, this.#size) | this.#dataAnomalies();
      default:
        return state === State.closed ? Anomaly.state : 0;
    }
  }

  /** The same for a message that is one data TPDU, in a packet of `length` bytes. */
  plainAnomalies(length: number): number {
    const found = this.#size !== 0 && length - TPKT_HEADER > this.#size ? Anomaly.oversize : 0;
    return found | this.#dataAnomalies();
  }

  /** Where one direction is not captured, the CC is never seen. */
  #dataAnomalies(): number {
    const state = this.#state;
    return state === State.closed || (state === State.asked && this.#fresh) ? Anomaly.state : 0;
  }

  /** Remembers the message as sent on; true where with it the connection that was asked for is open. */
  follow(side: Side, view: DataView, at: number, end: number): boolean {
    const code = tpduCode(view, at);
    // Data change nothing where the connection is open: of all messages nearly all.
    if (code === Tpdu.DT && this.#state === State.open) return false;
    if (this.anomalies(side, view, at, end) & Anomaly.state) return false;
    switch (code) {
      case Tpdu.CR:
        this.#state = State.asked;
        return false;
      case Tpdu.CC:
        this.#state = State.open;
        this.#size = tpduSize(view, at);
        return true;
      case Tpdu.DT:
        if (this.#state !== State.asked) return false;
        this.#state = State.open;
        return true;
      case Tpdu.DR:
        this.#state = this.#fresh ? State.closed : State.unseen;
        this.#size = 0;
        return false;
      default:
        return false;
    }
  }
}
