/**
 * Answers to commands: a write of a set-point is followed by a change of what it sets. Which tags move, by how much and
 * within what time is learned by regression through the origin from the history's own commands.
 *
 * Source: L. Ljung, "System Identification", Prentice Hall (1999), section 6.1 (transient analysis of step responses).
 *
 * @module
 */

import type { Command, History } from './history.ts';
import type { Response } from './profile.ts';

/** Commands that a response must be learned from, and the share of variance that it must explain. */
export const FEWEST_COMMANDS = 8;
const EXPLAINED = 0.8;
/** Waits that are tried, in sampling periods. */
const WAITS = [2, 4, 8, 16, 32, 64];
/** Readings before and after that are averaged. */
export const AVERAGED = 3;
/** Tags that are watched for each commanded one. */
const MOST = 6;

/** How the tags with `histories` answer to `commands`; the clearest first. */
export function learnResponses(
  commands: readonly Command[],
  histories: ReadonlyMap<string, History>,
): Response[] {
  const responses: (Response & { explained: number })[] = [];
  for (const [tag, history] of histories) {
    let best: (Response & { explained: number }) | undefined;
    for (const wait of WAITS) {
      const found = fit(tag, commands, history, wait * history.period);
      // A longer wait must explain clearly more than a shorter one.
      if (found !== undefined && found.explained > (best?.explained ?? 0) + 0.02) best = found;
    }
    if (best !== undefined && best.explained >= EXPLAINED) responses.push(best);
  }
  responses.sort((a, b) => b.explained - a.explained);
  return responses.slice(0, MOST).map(({ explained: _, ...response }) => response);
}

function fit(
  tag: string,
  commands: readonly Command[],
  history: History,
  after: number,
): (Response & { explained: number }) | undefined {
  const { times, values, period } = history;
  const changes: number[] = [];
  const moves: number[] = [];
  for (const [i, { time, change }] of commands.entries()) {
    const due = time + after;
    const following = commands[i + 1];
    // Another command to the same tag on the way spoils what this one shows.
    if (following !== undefined && following.time < due + AVERAGED * period) continue;
    const before = firstAfter(times, time);
    const at = firstAfter(times, due);
    if (before < AVERAGED || at + AVERAGED > times.length) continue;
    if (times[at + AVERAGED - 1]! > due + 3 * AVERAGED * period) continue;
    changes.push(change);
    moves.push(mean(values, at) - mean(values, before - AVERAGED));
  }
  if (changes.length < FEWEST_COMMANDS) return undefined;
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (const [i, x] of changes.entries()) {
    xx += x * x;
    xy += x * moves[i]!;
    yy += moves[i]! ** 2;
  }
  if (!(xx > 0) || !(yy > 0)) return undefined;
  const gain = xy / xx;
  const rest = Math.max(yy - gain * xy, 0);
  const sigma = Math.sqrt(rest / (changes.length - 1));
  return { tag, gain, sigma, after, commands: changes.length, explained: 1 - rest / yy };
}

/** Index of the first time after `time`. */
function firstAfter(times: Float64Array, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mean(values: Float64Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < AVERAGED; i++) sum += values[at + i]!;
  return sum / AVERAGED;
}
