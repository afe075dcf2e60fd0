/**
 * PROFINET DCP (IEC 61158-6-10, 4.3): answers to Identify and Get, in which stations tell their name, maker and address.
 *
 *     0  frame id    2  service    3  service type (1 answer)   4  transaction   8  reserved   10  length of the blocks
 *     12 blocks: option, suboption, length, two bytes of information, content; padded to an even length
 *
 * cold: a few frames for each start of a plant
 *
 * @module
 */

import { text } from '../../operation/value.ts';
import type { Announcement, AnnouncementSink } from '../device-facts.ts';

const ETHERTYPE = 0x8892;
const HEADER = 12;
/** Frame ids of answers to Get and Set, and to Identify. */
const GET_SET = 0xfefd;
const IDENTIFY_RESPONSE = 0xfeff;
const Service = { get: 3, identify: 5 } as const;
const SUCCESS = 1;
const SOURCE = 'PROFINET DCP';

/** Roles by bit (table of DeviceRole). */
const ROLES = ['IO device', 'IO controller', 'IO multidevice', 'IO supervisor'] as const;

export const dcp: Announcement = { name: SOURCE, etherType: ETHERTYPE, port: 0, read };

function read(view: DataView, at: number, end: number, sink: AnnouncementSink): void {
  if (end - at < HEADER) return;
  const frame = view.getUint16(at);
  const service = view.getUint8(at + 2);
  if (view.getUint8(at + 3) !== SUCCESS) return;
  const identify = frame === IDENTIFY_RESPONSE && service === Service.identify;
  if (!identify && !(frame === GET_SET && service === Service.get)) return;
  const stop = Math.min(end, at + HEADER + view.getUint16(at + 10));
  for (let block = at + HEADER; stop - block >= 6; ) {
    const length = view.getUint16(block + 2);
    const next = block + 4 + length + (length & 1);
    if (length < 2 || block + 4 + length > stop) return;
    content(view, view.getUint16(block), block + 6, length - 2, sink);
    block = next;
  }
}

/** `kind`: option and suboption. */
function content(view: DataView, kind: number, at: number, length: number, sink: AnnouncementSink): void {
  if (kind === 0x0201) sink.fact('product', text(view, at, length), SOURCE);
  else if (kind === 0x0202) sink.fact('name', text(view, at, length), SOURCE);
  else if (kind === 0x0203 && length >= 4) {
    const number = (offset: number) =>
      `0x${view
        .getUint16(at + offset)
        .toString(16)
        .padStart(4, '0')}`;
    sink.fact('PROFINET vendor and device id', `${number(0)} ${number(2)}`, SOURCE);
  } else if (kind === 0x0204 && length >= 1) {
    const roles = ROLES.filter((_, bit) => (view.getUint8(at) & (1 << bit)) !== 0);
    if (roles.length > 0) sink.fact('PROFINET role', roles.join(', '), SOURCE);
  } else if (kind === 0x0102 && length >= 4 && view.getUint32(at) !== 0) {
    const address = [0, 1, 2, 3].map(i => view.getUint8(at + i)).join('.');
    sink.fact('address', address, SOURCE);
    sink.address(address);
  }
}
