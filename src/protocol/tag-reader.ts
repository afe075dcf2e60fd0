/**
 * Reading a device's tags over a connection of one's own: what a protocol offers so that an audit can compare what a
 * controller holds with what its operators are told. Shaped as the reading of programs is (`program-reader.ts`): a
 * generator gives the next request and is given the message that answers it. Nothing here opens a socket.
 *
 * A reader encodes functions that read, and no others; whoever drives it checks each request all the same.
 *
 * @module
 */

import type { Sink } from '../operation/operation.ts';
import type { ProgramAnswer, ProgramRequest } from './program-reader.ts';

/** A reading under way; returns what could not be read, a sentence each. Throws `ProgramReadError` where none is possible. */
export type TagReading = Generator<ProgramRequest, readonly string[], ProgramAnswer>;

/** Where a tag lies, in bits of a space: the place of a `protocol.ts` `ObjectRange`. */
export interface TagPlace {
  readonly space: number;
  readonly area: number;
  readonly from: number;
  readonly to: number;
}

/** How a protocol reads tags. */
export interface TagReader {
  /**
   * Begins a reading of the `places` at `station`, from the first message of a new connection: few of them a request, each
   * once. The answers' operations go to `sink` as in any session, with the time at which they came; those of a message
   * that cannot be relied on do not.
   */
  read(station: number, places: readonly TagPlace[], sink: Sink): TagReading;
}
