/**
 * The last look at what an audit sends: the same decoders that guard a plant read each message before it goes, and one
 * that does anything but read is not sent. Readers encode nothing else; this holds should one of them ever be wrong.
 *
 * @module
 */

import { MALFORMED } from '../operation/anomaly.ts';
import { Operation } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { VERBS, Verb } from '../operation/verb.ts';
import type { Conversation, Protocol } from '../protocol/protocol.ts';

/** What an audit may do: connect, and look. */
const READING: ReadonlySet<Verb> = new Set([
  Verb.connect,
  Verb.identify,
  Verb.browse,
  Verb.read,
  Verb.diagnose,
  Verb.upload,
]);

export class OnlyReads {
  readonly #protocol: Protocol;
  readonly #conversation: Conversation;
  readonly #op = new Operation();

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
    this.#conversation = protocol.open({ requests: 8, bytes: 8192 }, true);
  }

  /** Throws unless the message only reads. A defect of the reader, which no user can mend. */
  sends(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const { name } = this.#protocol;
    if (this.#protocol.frame(Side.client, view, 0, bytes.length) !== bytes.length) {
      throw new Error(`an audit was about to send what is no single message of ${name}; nothing was sent`);
    }
    this.#conversation.decode(Side.client, view, 0, bytes.length, this.#op, {
      operation: ({ verb, anomalies }) => {
        if (READING.has(verb) && (anomalies & MALFORMED) === 0) return;
        throw new Error(`an audit was about to send '${VERBS[verb]!.name}' of ${name}; nothing was sent`);
      },
    });
    this.#conversation.follow(Side.client, view, 0, bytes.length);
  }

  /** What the device answered, which later requests are understood by. */
  receives(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#conversation.follow(Side.server, view, 0, bytes.length);
  }
}
