/**
 * Captures of conversations, with the messages in segments of one's choice.
 *
 * @module
 */

import type { Part } from '../../fuzz/case.ts';
import { ACK, Dialogue, pcap, type Record, SYN } from '../../src/packet/capture-bytes.fixture.ts';

/** How the bytes of a side are sent: a segment for each message, several messages in one, or each message in pieces. */
export type Cutting = 'messages' | 'together' | 'pieces';

/** Bytes of a piece: tshark looks for Modbus only where a segment has the header and the function. */
const PIECE = 9;

/** A pcap file in which each conversation is a connection to `port`. */
export function conversationCapture(
  conversations: readonly (readonly Part[])[],
  port: number,
  cutting: Cutting,
): Uint8Array {
  const records: Record[] = [];
  for (const [index, parts] of conversations.entries()) {
    const dialogue = new Dialogue(port, 40_000 + index, ['10.0.1.1', '10.0.2.2']);
    const send = (side: number, payload?: Uint8Array, flags = ACK) => {
      records.push({
        seconds: 1000 + (records.length >> 4),
        fraction: (records.length & 15) * 1000 + 7,
        frame: dialogue.frame(side, payload, flags),
      });
    };
    send(0, undefined, SYN);
    send(1, undefined, SYN | ACK);
    send(0);
    for (const { kind, bytes } of cutting === 'together' ? together(parts) : parts) {
      const size = cutting === 'pieces' ? PIECE : bytes.length;
      for (let at = 0; at < bytes.length; at += size) send(kind, bytes.subarray(at, at + size));
    }
  }
  return pcap(records);
}

/** All that one side says in the whole conversation behind each other, then what the other does. */
function together(parts: readonly Part[]): Part[] {
  return [0, 1].map(kind => ({
    kind,
    bytes: Buffer.concat(parts.filter(part => part.kind === kind).map(({ bytes }) => bytes)),
  }));
}
