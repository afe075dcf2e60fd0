/**
 * What the process room is told of the hall's tags.
 *
 * @module
 */

import { type Cascade, cascadeOf, DRIVE_TAGS, TAGS } from '../../plant/rotor-hall/tags.ts';
import type { TagInfo } from '../../process/profile.ts';

export const TAG_INFO: readonly TagInfo[] = TAGS.filter(tag => tag.type !== 'bool').map(
  ({ name, unit, range, controller, place: { protocol } }) => ({
    name,
    unit,
    range,
    at: { server: controller, protocol },
  }),
);

/** The cascade that a tag of a drive, of a rotor or of a program's limits is about. */
export function cascadeOfTag(name: string): Cascade {
  const index = DRIVE_TAGS.findIndex(tags => Object.values(tags).some(tag => tag.name === name));
  return index < 0 ? (TAGS.find(tag => tag.name === name)!.controller as Cascade) : cascadeOf(index);
}
