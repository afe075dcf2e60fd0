/**
 * Process limits as one who looks on: a reading outside its tag's range is reported, whoever was told it. It knows no more
 * than what passes; a reading that somebody has falsified is in its range.
 *
 * @module
 */

import { ProcessMonitor } from '../../process/process-monitor.ts';
import type { DefenceGround, Watcher } from './defence.ts';
import { cascadeOfTag, TAG_INFO } from './tag-info.ts';

export function limitsWatch(ground: DefenceGround): Watcher {
  const monitor = new ProcessMonitor({
    tags: TAG_INFO,
    sink: ({ message, subject }) =>
      ground.report({
        defence: 'limits',
        what: message,
        calls: 'stop',
        cascade: cascadeOfTag(subject.object ?? ''),
      }),
  });
  return {
    reading: ({ time, station, tag, value }) =>
      monitor.observe(tag.name, ground.began + time, value, station),
  };
}
