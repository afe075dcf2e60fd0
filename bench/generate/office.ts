/**
 * Makes a capture out of recorded traffic without industrial messages, as an office or the services of a plant have it:
 * the captures of a folder side by side, every frame as it was recorded, again and again with other addresses. What a
 * monitor that looks for control protocols must read and leave alone.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureReader } from '../../src/packet/capture.ts';
import { CaptureError } from '../../src/packet/capture-error.ts';
import { LinkType } from '../../src/packet/link-type.ts';
import { type Packet, PacketKind } from '../../src/packet/packet.ts';
import { openSource } from '../../src/packet/source.ts';
import { Traffic } from '../../src/packet/traffic.ts';
import { PcapWriter } from './pcap-writer.ts';

/** Folder of the recorded captures. */
const SOURCE = 'background';
/** 2026-03-01 06:00 UTC, and the pause between two frames, µs. */
const BEGIN = 1772344800 * 1e6;
const PAUSE = 20;

export interface OfficeCapture {
  readonly path: string;
  readonly packets: number;
  readonly bytes: number;
  /** Recorded captures that it is made of, and their frames. */
  readonly sources: number;
  readonly frames: number;
}

interface Frame {
  readonly bytes: Uint8Array;
  /** Seconds since its capture began. */
  readonly after: number;
  /** Where its addresses are, one behind the other, and how long each is; of length 0 where it has none. */
  readonly addressAt: number;
  readonly addressLength: number;
}

/** The capture in `folder`, made now of those below `recordings` if it isn't there. */
export async function officeCapture(
  folder: string,
  recordings: string,
  packets: number,
  made?: () => void,
): Promise<OfficeCapture> {
  mkdirSync(folder, { recursive: true });
  const files = readdirSync(join(recordings, SOURCE))
    .filter(file => /\.pcap(ng)?$/.test(file))
    .sort()
    .map(file => join(recordings, SOURCE, file));
  const text = readFileSync(import.meta.filename);
  const digest = createHash('sha256')
    .update(text)
    .update(`${packets} ${files.join('\n')}`)
    .digest('hex');
  const path = join(folder, `office-${packets}-${digest.slice(0, 12)}.pcap`);
  const about = `${path.slice(0, -5)}.json`;
  if (existsSync(path) && existsSync(about)) return { ...JSON.parse(readFileSync(about, 'utf8')), path };
  made?.();
  const frames: Frame[] = [];
  for (const file of files) frames.push(...(await framesOf(file)));
  // Stable: frames of one capture keep their order.
  frames.sort((a, b) => a.after - b.after);
  const partial = `${path}.partial`;
  const written = write(partial, frames, packets, files.length);
  renameSync(partial, path);
  writeFileSync(about, JSON.stringify(written));
  return { ...written, path };
}

/** The Ethernet frames of one capture, those that it has whole. */
async function framesOf(file: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  let first: number | undefined;
  // What was put together of fragments comes again, as a packet of its own number.
  let number = 0;
  const packet = (packet: Packet) => {
    const { view, at, end, time, link, wireLength } = packet;
    if (packet.number === number || link !== LinkType.ethernet || wireLength > end - at) return;
    number = packet.number;
    first ??= time;
    const hasAddresses = packet.kind !== PacketKind.nonIp && packet.kind !== PacketKind.malformed;
    frames.push({
      bytes: new Uint8Array(view.buffer, view.byteOffset + at, end - at).slice(),
      after: time - first,
      addressAt: packet.addressAt - at,
      addressLength: !hasAddresses ? 0 : packet.ipVersion === 4 ? 4 : 16,
    });
  };
  const traffic = new Traffic({ segment: () => {} }, { packet });
  try {
    await new CaptureReader().read(await openSource(file), traffic);
  } catch (error) {
    // Cut short: what was read serves.
    if (!(error instanceof CaptureError)) throw error;
  }
  return frames;
}

function write(
  path: string,
  frames: readonly Frame[],
  packets: number,
  sources: number,
): Omit<OfficeCapture, 'path'> {
  if (frames.length === 0) throw new Error('no recorded frame to make a capture of');
  const writer = new PcapWriter(path);
  let micros = BEGIN;
  for (let pass = 0; writer.packets < packets; pass++) {
    for (const { bytes, addressAt, addressLength } of frames) {
      micros += PAUSE;
      const to = writer.packet(micros, bytes.length);
      writer.bytes.set(bytes, to);
      // The same change for all hosts: who speaks to whom stays as it was. (Their last byte but one, and two.)
      for (const address of [1, 2]) {
        if (addressLength === 0) continue;
        const end = to + addressAt + address * addressLength;
        writer.bytes[end - 2]! ^= pass & 0xff;
        writer.bytes[end - 3]! ^= (pass >> 8) & 0xff;
      }
      if (writer.packets === packets) break;
    }
  }
  writer.close();
  return { packets: writer.packets, bytes: writer.packetBytes, sources, frames: frames.length };
}
