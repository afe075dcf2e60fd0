/**
 * Cuts the bytes of a connection into whole messages of a protocol.
 *
 * @module
 */

import type { Side } from '../operation/side.ts';
import { Frame, type Protocol } from '../protocol/protocol.ts';

/** Receives a whole message; the bytes are the reader's own and are good during the call only. */
export type OnMessage = (view: DataView, at: number, end: number) => void;

export class MessageReader {
  readonly #protocol: Protocol;
  readonly #side: Side;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #used = 0;

  /** For the messages that `side` sends. */
  constructor(protocol: Protocol, side: Side) {
    this.#protocol = protocol;
    this.#side = side;
    this.#bytes = new Uint8Array(protocol.maxMessage * 2);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Takes a chunk of the stream. False where no message can begin: the connection is of no use any more. */
  receive(chunk: Uint8Array, onMessage: OnMessage): boolean {
    let taken = 0;
    while (taken < chunk.length) {
      const room = Math.min(chunk.length - taken, this.#bytes.length - this.#used);
      this.#bytes.set(chunk.subarray(taken, taken + room), this.#used);
      this.#used += room;
      taken += room;
      if (!this.#messages(onMessage)) return false;
    }
    return true;
  }

  #messages(onMessage: OnMessage): boolean {
    let at = 0;
    while (at < this.#used) {
      const length = this.#protocol.frame(this.#side, this.#view, at, this.#used);
      if (length === Frame.lost || length > this.#protocol.maxMessage) return false;
      if (length === Frame.more || at + length > this.#used) break;
      onMessage(this.#view, at, at + length);
      at += length;
    }
    this.#bytes.copyWithin(0, at, this.#used);
    this.#used -= at;
    return true;
  }
}
