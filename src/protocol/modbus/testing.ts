/**
 * For tests of this room only: messages written in hexadecimal, and what a conversation says of them in one line an
 * operation.
 *
 * @module
 */

import { anomalyNames } from '../../operation/anomaly.ts';
import { Operation, OUTCOMES } from '../../operation/operation.ts';
import { Side } from '../../operation/side.ts';
import { VERBS } from '../../operation/verb.ts';
import type { Conversation } from '../protocol.ts';
import { message } from './encode.ts';
import { modbus } from './modbus.ts';

/** The bytes of `03 006b 0003`. */
export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** `verb object "name" = values outcome error [anomalies]`; parts that are empty are left out. */
export function say(op: Operation): string {
  const object = modbus.objects.format(op);
  const values = op.valueCount === 0 ? '' : `= ${op.values().join(' ')}`;
  const parts = [
    VERBS[op.verb]!.name,
    object,
    op.name(),
    values,
    OUTCOMES[op.outcome],
    modbus.errorName(op.error),
  ];
  if (op.anomalies !== 0) parts.push(`[${anomalyNames(op.anomalies).join(' ')}]`);
  return parts.filter(part => part !== '').join(' ');
}

/** Decodes and follows one message after the other, as a monitor does. */
export class Exchange {
  readonly conversation: Conversation = modbus.open({ requests: 16, bytes: 4096 });
  readonly #op = new Operation();

  /** What the conversation says of `message`, before it follows it. */
  see(side: Side, message: Uint8Array): string[] {
    const said: string[] = [];
    const view = viewOf(message);
    this.conversation.decode(side, view, 0, message.length, this.#op, {
      operation: op => said.push(say(op)),
    });
    this.conversation.follow(side, view, 0, message.length);
    return said;
  }

  /** The request with the PDU `hex`, transaction 1, unit 17. */
  request(hex: string): string[] {
    return this.see(Side.client, message({ transaction: 1, unit: 17 }, bytesOf(hex)));
  }

  /** The response with the PDU `hex`, transaction 1, unit 17. */
  response(hex: string): string[] {
    return this.see(Side.server, message({ transaction: 1, unit: 17 }, bytesOf(hex)));
  }
}
