/**
 * LLDP (IEEE 802.1AB): what a device tells its neighbour of itself. A frame is a row of TLVs, each of 7 bits of type and
 * 9 of length.
 *
 * cold: a frame each half a minute for each port
 *
 * @module
 */

import { text } from '../operation/value.ts';
import { formatAddress } from './address.ts';

/** EtherType. */
export const LLDP = 0x88cc;

const Tlv = {
  end: 0,
  chassis: 1,
  port: 2,
  portText: 4,
  name: 5,
  description: 6,
  capabilities: 7,
  management: 8,
};

/** System capabilities by bit (IEEE 802.1AB, table 8-4). */
const CAPABILITIES = [
  'other',
  'repeater',
  'bridge',
  'WLAN access point',
  'router',
  'telephone',
  'DOCSIS cable device',
  'station only',
] as const;

/** What a frame tells; '' where it does not. */
export interface Lldp {
  readonly chassis: string;
  readonly port: string;
  readonly portDescription: string;
  readonly name: string;
  readonly description: string;
  /** Capabilities that are enabled. */
  readonly capabilities: readonly string[];
  /** Management addresses, IPv4 and IPv6. */
  readonly addresses: readonly string[];
}

/** Reads the frame's TLVs, as far as they are whole; undefined where the three that must be first are not there. */
export function readLldp(view: DataView, at: number, end: number): Lldp | undefined {
  const said = { chassis: '', port: '', portDescription: '', name: '', description: '' };
  const capabilities: string[] = [];
  const addresses: string[] = [];
  let count = 0;
  for (let tlv = at; end - tlv >= 2; ) {
    const head = view.getUint16(tlv);
    const type = head >> 9;
    const length = head & 0x1ff;
    const from = tlv + 2;
    if (type === Tlv.end || from + length > end) break;
    // Chassis, port and time to live come first, in this order.
    if (count < 3 && type !== count + 1) return undefined;
    count++;
    if (type === Tlv.chassis && length >= 2) said.chassis = identifier(view, from, length, 4, 5);
    else if (type === Tlv.port && length >= 2) said.port = identifier(view, from, length, 3, 4);
    else if (type === Tlv.portText) said.portDescription = text(view, from, length);
    else if (type === Tlv.name) said.name = text(view, from, length);
    else if (type === Tlv.description) said.description = text(view, from, length);
    else if (type === Tlv.capabilities && length >= 4) {
      const enabled = view.getUint16(from + 2);
      capabilities.push(...CAPABILITIES.filter((_, bit) => (enabled & (1 << bit)) !== 0));
    } else if (type === Tlv.management && length >= 6) {
      const family = view.getUint8(from + 1);
      const size = view.getUint8(from) - 1;
      if (family === 1 && size === 4) addresses.push(formatAddress(view, from + 2, 4));
      if (family === 2 && size === 16 && length >= 18) addresses.push(formatAddress(view, from + 2, 6));
    }
    tlv = from + length;
  }
  return count < 3 ? undefined : { ...said, capabilities, addresses };
}

/** An identifier behind its subtype: a hardware address, a network address, or text. */
function identifier(view: DataView, at: number, length: number, hardware: number, network: number): string {
  const subtype = view.getUint8(at);
  if (subtype === hardware && length === 7) {
    return Array.from({ length: 6 }, (_, i) =>
      view
        .getUint8(at + 1 + i)
        .toString(16)
        .padStart(2, '0'),
    ).join(':');
  }
  if (subtype === network && length === 6 && view.getUint8(at + 1) === 1)
    return formatAddress(view, at + 2, 4);
  return text(view, at + 1, length - 1);
}
