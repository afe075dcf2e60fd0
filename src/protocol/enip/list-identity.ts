/**
 * EtherNet/IP List Identity (The CIP Networks Library, volume 2, 2-4.3): a device's answer to who is there.
 *
 *     0   command 0x0063, length, session, status, context, options: 24 bytes; numbers least significant byte first
 *     24  number of items    26  item type 0x000c, length
 *     30  version    32  socket address (16 bytes, most significant byte first)
 *     48  vendor, device type, product code, revision (2 bytes), status, serial number (4), name (length, text)
 *
 * cold: answers to a search for devices
 *
 * @module
 */

import { text } from '../../operation/value.ts';
import type { Announcement, AnnouncementSink } from '../device-facts.ts';

const PORT = 44818;
const COMMAND = 0x63;
const ITEM = 0x0c;
const NAME = 62;
const SOURCE = 'EtherNet/IP List Identity';

/** Makers by the number that ODVA gives them; the numbers whose owners public dissectors and device files agree on. */
const VENDORS: ReadonlyMap<number, string> = new Map([
  [1, 'Rockwell Automation/Allen-Bradley'],
  [2, 'Namco Controls'],
  [5, 'Rockwell Automation/Reliance Electric'],
  [40, 'WAGO Corporation'],
  [47, 'OMRON Corporation'],
  [90, 'HMS Industrial Networks AB'],
  [243, 'Schneider Electric'],
  [283, 'Hilscher GmbH'],
]);

export const listIdentity: Announcement = { name: SOURCE, etherType: 0, port: PORT, read };

function read(view: DataView, at: number, end: number, sink: AnnouncementSink): void {
  if (end - at < NAME + 1 || view.getUint16(at, true) !== COMMAND || view.getUint32(at + 8, true) !== 0)
    return;
  if (view.getUint16(at + 2, true) !== end - at - 24 || view.getUint16(at + 26, true) !== ITEM) return;
  const vendor = view.getUint16(at + 48, true);
  sink.fact('vendor', VENDORS.get(vendor) ?? `CIP vendor ${vendor}`, SOURCE);
  sink.fact(
    'product code',
    `type ${view.getUint16(at + 50, true)} code ${view.getUint16(at + 52, true)}`,
    SOURCE,
  );
  sink.fact(
    'firmware',
    `${view.getUint8(at + 54)}.${String(view.getUint8(at + 55)).padStart(3, '0')}`,
    SOURCE,
  );
  sink.fact(
    'serial number',
    `0x${view
      .getUint32(at + 58, true)
      .toString(16)
      .padStart(8, '0')}`,
    SOURCE,
  );
  const length = Math.min(view.getUint8(at + NAME), end - at - NAME - 1);
  if (length > 0) sink.fact('model', text(view, at + NAME + 1, length), SOURCE);
}
