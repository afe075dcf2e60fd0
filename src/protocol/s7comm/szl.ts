/**
 * System status lists (SZL) by id: what a controller tells of itself.
 *
 * @module
 */

/** Lists that say what the device is, by the low byte of the id (the high byte chooses an extract). */
const IDENTIFICATION: readonly number[] = [0x00, 0x11, 0x1c];

/** True for a list that identifies the device: module identification, component identification, list of lists. */
export function isIdentification(id: number): boolean {
  return IDENTIFICATION.includes(id & 0xff);
}
