/**
 * Captures of conversations, with the messages in segments of one's choice.
 *
 * @module
 */

import type { Part } from '../../fuzz/case.ts';
import { ACK, pcap, type Record, SYN, tcpFrame } from '../../src/packet/capture-bytes.fixture.ts';

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
    const next = [1000, 5000];
    const send = (side: number, payload: Uint8Array, flags = ACK) => {
      const hosts = ['10.0.1.1', '10.0.2.2'];
      const ports = [40_000 + index, port];
      const frame = tcpFrame({
        source: hosts[side]!,
        destination: hosts[1 - side]!,
        sourcePort: ports[side]!,
        destinationPort: ports[1 - side]!,
        sequence: next[side]!,
        acknowledgement: next[1 - side]!,
        flags,
        payload,
      });
      next[side]! += payload.length + (flags & SYN ? 1 : 0);
      records.push({
        seconds: 1000 + (records.length >> 4),
        fraction: (records.length & 15) * 1000 + 7,
        frame,
      });
    };
    send(0, new Uint8Array(0), SYN);
    send(1, new Uint8Array(0), SYN | ACK);
    send(0, new Uint8Array(0));
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
