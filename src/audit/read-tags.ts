/**
 * Reads tags of a device over a connection of Cofferdam's own: an independent witness of what operators are told.
 *
 * @module
 */

import type { Sink } from '../operation/operation.ts';
import type { TagPlace } from '../protocol/tag-reader.ts';
import { type Asked, type AskOptions, askDevice } from './ask-device.ts';
import { type Device, DeviceError } from './device-link.ts';

/**
 * Reads the `places` once, from a new connection; the answers' operations go to `sink`. The value of what is returned is what
 * could not be read, a sentence each. Where the reading was held back it begins anew, and what came before comes again.
 */
export async function readTags(
  device: Device,
  places: readonly TagPlace[],
  sink: Sink,
  options: AskOptions = {},
): Promise<Asked<readonly string[]>> {
  const { protocol, station } = device;
  const reader = protocol.readTags;
  if (reader === undefined) {
    throw new DeviceError(`${protocol.title} gives no way to read tags; see docs/audit.md`);
  }
  return await askDevice(device, () => reader.read(station, places, sink), options);
}
