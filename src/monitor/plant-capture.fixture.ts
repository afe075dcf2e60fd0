/**
 * A capture of several Modbus connections, for tests: reads, writes and refusals between several hosts.
 *
 * @module
 */

import { ACK, bytes, pcap, type Record, SYN, tcpFrame, u16 } from '../packet/capture-bytes.fixture.ts';

/** A pcap file of `connections` connections with `exchanges` requests and answers each, in turns. */
export function plantCapture(connections = 8, exchanges = 20): Uint8Array {
  const records: Record[] = [];
  const sequences = Array.from({ length: connections }, (_, i) => [1000 * (i + 1), 77_000 * (i + 1)]);
  const send = (index: number, side: 0 | 1, payload: Uint8Array, flags = ACK) => {
    const hosts = [`10.0.1.${1 + (index >> 1)}`, `10.0.2.${1 + (index & 3)}`];
    const ports = [40_000 + index, 502];
    const frame = tcpFrame({
      source: hosts[side]!,
      destination: hosts[1 - side]!,
      sourcePort: ports[side]!,
      destinationPort: ports[1 - side]!,
      sequence: sequences[index]![side]!,
      acknowledgement: sequences[index]![1 - side]!,
      flags,
      payload,
    });
    // Each host has a hardware address of its own, made up from its IP address.
    frame.set([2, 0, ...hosts[1 - side]!.split('.').map(Number)], 0);
    frame.set([2, 0, ...hosts[side]!.split('.').map(Number)], 6);
    sequences[index]![side]! += payload.length + (flags === SYN || flags === (SYN | ACK) ? 1 : 0);
    records.push({ seconds: 1000 + (records.length >> 4), fraction: (records.length & 15) * 1000, frame });
  };
  const nothing = new Uint8Array(0);
  for (let index = 0; index < connections; index++) {
    send(index, 0, nothing, SYN);
    send(index, 1, nothing, SYN | ACK);
  }
  for (let n = 0; n < exchanges; n++) {
    for (let index = 0; index < connections; index++) {
      const header = (length: number) => bytes(u16(n), u16(0), u16(length), [index & 3]);
      if (n % 5 === 4) {
        const write = bytes(header(6), [6], u16(40 + index), u16(1000 + n));
        send(index, 0, write);
        send(index, 1, n % 10 === 9 ? bytes(header(3), [0x86, 2]) : write);
      } else {
        send(index, 0, bytes(header(6), [3], u16(100 + index), u16(2)));
        send(index, 1, bytes(header(7), [3, 4], u16(n), u16(index)));
      }
    }
  }
  return pcap(records);
}
