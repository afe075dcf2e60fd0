/**
 * Replay detection as a defence: readings that repeat themselves, lose their noise, do not follow what was set, or
 * disagree with what another device says of the same rotor. What is normal was learned from quiet hours of a hall with
 * another seed.
 *
 * @module
 */

import { ROTOR_HALL_HISTORY, rotorHallHistory } from '../../plant/rotor-hall/history.ts';
import { DRIVE_TAGS } from '../../plant/rotor-hall/tags.ts';
import { ProcessLearner } from '../../process/learner.ts';
import { ProcessMonitor } from '../../process/process-monitor.ts';
import type { ProcessProfile } from '../../process/profile.ts';
import type { DefenceGround, Watcher } from './defence.ts';
import { OPERATOR } from './intrusion.ts';
import { cascadeOfTag, TAG_INFO } from './tag-info.ts';

/** Quiet seconds that are learned from, and their seed. */
const LEARNED = 3 * 3600;
const LEARNED_SEED = 0x600d;

/** What of the process monitor's findings is deception; the rest is a matter of limits. */
const KINDS = new Set(['process.replay', 'process.quiet', 'process.unresponsive', 'process.disagreement']);

/** By name of a rotor's speed at the machine monitor: the reading of its drive that must say the same. */
const SAME: ReadonlyMap<string, string> = new Map(
  DRIVE_TAGS.map(({ rotorSpeed, frequency }) => [rotorSpeed.name, frequency.name]),
);

/** What the operator's station reads and sets: the ranges are no concern of this defence. */
const WATCHED = TAG_INFO.filter(({ name }) => /^drive-/.test(name)).map(({ range, ...tag }) => tag);

let learned: ProcessProfile | undefined;

/** The profile, learned once. */
function profile(): ProcessProfile {
  if (learned !== undefined) return learned;
  const learner = new ProcessLearner(WATCHED);
  for (const { time, values, wish } of rotorHallHistory({ seed: LEARNED_SEED, seconds: LEARNED })) {
    for (const [i, tag] of ROTOR_HALL_HISTORY.entries())
      learner.observe(tag.name, time, values[i]!, OPERATOR);
    if (wish !== undefined) learner.command(wish.tag.name, time, wish.value);
  }
  learned = learner.learn();
  return learned;
}

export function replayWatch(ground: DefenceGround): Watcher {
  const monitor = new ProcessMonitor({
    tags: WATCHED,
    profile: profile(),
    sink: ({ kind, message, subject }) => {
      if (!KINDS.has(kind)) return;
      ground.report({
        defence: 'replay',
        what: message,
        calls: 'stop',
        cascade: cascadeOfTag(subject.object ?? ''),
      });
    },
  });
  return {
    reading({ time, station, tag, value }) {
      monitor.observe(SAME.get(tag.name) ?? tag.name, ground.began + time, value, station);
    },
    command: ({ time, tag, value }) => monitor.command(tag.name, ground.began + time, value),
  };
}
