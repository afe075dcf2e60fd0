/**
 * For tests of this room only: messages in hexadecimal, and what a conversation says of them in one line an
 * operation.
 *
 * @module
 */

import { anomalyNames } from '../../operation/anomaly.ts';
import { Operation, OUTCOMES } from '../../operation/operation.ts';
import type { Side } from '../../operation/side.ts';
import { VERBS } from '../../operation/verb.ts';
import type { Conversation } from '../protocol.ts';
import { s7comm } from './s7comm.ts';

/** The bytes of `0300 0007`. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex'));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `verb object "name" = values outcome error [anomalies]`; parts that are empty are left out. */
export function say(op: Operation): string {
  const values = op.valueCount === 0 ? '' : `= ${op.values().join(' ')}`;
  const parts = [
    VERBS[op.verb]!.name,
    s7comm.objects.format(op),
    op.nameLength === 0 ? '' : `"${op.name()}"`,
    values,
    OUTCOMES[op.outcome],
    op.error === 0 ? '' : s7comm.errorName(op.error),
  ];
  if (op.anomalies !== 0) parts.push(`[${anomalyNames(op.anomalies).join(' ')}]`);
  return parts.filter(part => part !== '').join(' ');
}

/** Decodes and follows one message after the other, as a monitor does. */
export class Exchange {
  readonly conversation: Conversation = s7comm.open({ requests: 16, bytes: 4096 });
  readonly #op = new Operation();

  /** What the conversation says of `message`. */
  decode(side: Side, message: Uint8Array): string[] {
    const said: string[] = [];
    this.conversation.decode(side, viewOf(message), 0, message.length, this.#op, {
      operation: op => said.push(say(op)),
    });
    return said;
  }

  /** The same, before it follows it. */
  see(side: Side, message: Uint8Array): string[] {
    const said = this.decode(side, message);
    this.conversation.follow(side, viewOf(message), 0, message.length);
    return said;
  }
}
