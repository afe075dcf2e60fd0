/**
 * DHCP for IPv4 (RFC 2131, options RFC 2132): who asks for an address, what it calls itself, and which it is given.
 *
 *     0   op (1 request, 2 reply), hardware type, its length, hops    4   transaction
 *     12  the client's address, 16 the one it is given                28  hardware address    236  magic, options
 *
 * cold: a few packets for each host and hour
 *
 * @module
 */

import { hex, text } from '../operation/value.ts';
import { formatAddress } from './address.ts';

const OPTIONS = 240;
const MAGIC = 0x63825363;
const Option = {
  pad: 0,
  hostName: 12,
  requested: 50,
  type: 53,
  parameters: 55,
  vendorClass: 60,
  end: 255,
} as const;

/** Message types (RFC 2132, 9.6) that matter here. */
export const DhcpType = { discover: 1, offer: 2, request: 3, ack: 5, inform: 8 } as const;

export interface Dhcp {
  /** From a server. */
  readonly reply: boolean;
  /** {@link DhcpType}; 0 where there is none (BOOTP). */
  readonly type: number;
  /** Offset of the client's six bytes of hardware address. */
  readonly hardwareAt: number;
  /** Address that the client has, or is given; '' where none. */
  readonly address: string;
  readonly hostName: string;
  readonly vendorClass: string;
  /** Numbers of the options that the client asks for, as hexadecimal: alike for devices of a kind. */
  readonly parameters: string;
}

/** True for the ports of servers and clients. */
export function isDhcp(sourcePort: number, destinationPort: number): boolean {
  return (sourcePort === 67 || sourcePort === 68) && (destinationPort === 67 || destinationPort === 68);
}

/** Reads the UDP payload; undefined where it is no DHCP for Ethernet. */
export function readDhcp(view: DataView, at: number, end: number): Dhcp | undefined {
  if (end - at < OPTIONS || view.getUint32(at + 236) !== MAGIC) return undefined;
  const op = view.getUint8(at);
  if ((op !== 1 && op !== 2) || view.getUint16(at + 1) !== 0x0106) return undefined;
  const said = { type: 0, hostName: '', vendorClass: '', parameters: '' };
  for (let option = at + OPTIONS; option < end; ) {
    const code = view.getUint8(option);
    if (code === Option.end) break;
    if (code === Option.pad) {
      option++;
      continue;
    }
    if (end - option < 2) break;
    const length = view.getUint8(option + 1);
    const from = option + 2;
    if (from + length > end) break;
    if (code === Option.type && length === 1) said.type = view.getUint8(from);
    else if (code === Option.hostName) said.hostName = text(view, from, length);
    else if (code === Option.vendorClass) said.vendorClass = text(view, from, length);
    else if (code === Option.parameters) said.parameters = hex(view, from, length);
    option = from + length;
  }
  const given = op === 2 ? at + 16 : at + 12;
  const address = view.getUint32(given) === 0 ? '' : formatAddress(view, given, 4);
  return { reply: op === 2, hardwareAt: at + 28, address, ...said };
}
