/**
 * Process limits as one who looks on: a reading that stays outside its tag's range is reported, whoever was told it. It
 * knows no more than what passes; a reading that somebody has falsified is in its range.
 *
 * @module
 */

import { cascadeOf, DRIVE_TAGS } from '../../plant/rotor-hall/tags.ts';
import { type Tag, withinRange } from '../../plant/tag.ts';
import type { DefenceGround, Reading, Watcher } from './defence.ts';

/** Readings in a row that make it more than a glitch. */
const IN_A_ROW = 2;

export function limitsWatch(ground: DefenceGround): Watcher {
  const outside = new Map<string, number>();
  return {
    reading({ station, tag, value }: Reading): void {
      const count = withinRange(tag, value) ? 0 : (outside.get(tag.name) ?? 0) + 1;
      outside.set(tag.name, count);
      if (count !== IN_A_ROW) return;
      const cascade = cascadeOf(driveOf(tag));
      const [low, high] = tag.range!;
      const what = `${tag.name} = ${value.toFixed(1)} ${tag.unit} (as ${station} is told) is outside ${low} to ${high} ${tag.unit}`;
      ground.report({ defence: 'limits', what, calls: 'stop', cascade });
    },
  };
}

/** Index of the drive, or rotor, that a reading is about. */
export function driveOf(tag: Tag): number {
  return DRIVE_TAGS.findIndex(tags => Object.values(tags).includes(tag));
}
