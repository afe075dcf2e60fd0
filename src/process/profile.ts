/**
 * What was learned of each tag's readings: the numbers from which its detectors are made. Engineering units and seconds.
 *
 * @module
 */

import type { Subject } from '../operation/finding.ts';
import type { Level } from './level-chart.ts';
import type { Words } from './replay.ts';
import type { Sameness } from './replay-limit.ts';
import type { Whitening } from './whitening.ts';

/** What the process room is told of a tag. */
export interface TagInfo {
  readonly name: string;
  readonly unit: string;
  /** Least and greatest value at which the plant is as it should be; undefined where the policy gives none. */
  readonly range?: readonly [number, number] | undefined;
  /** Where it is, for findings. */
  readonly at?: Pick<Subject, 'server' | 'protocol' | 'station'>;
}

/** Readings that a tag must have before anything is learned of it: an hour at one a second. */
export const FEWEST_READINGS = 3600;

/** How a tag moves after a command to another one. */
export interface Response {
  /** The tag that moves. */
  readonly tag: string;
  /** Its change for each unit of the command's change, and the standard deviation of what that leaves. */
  readonly gain: number;
  readonly sigma: number;
  /** Time from the command until it has moved, s. */
  readonly after: number;
  /** Commands that this was learned from. */
  readonly commands: number;
}

export interface TagProfile {
  readonly tag: string;
  readonly unit: string;
  /** Who read it. */
  readonly source: string;
  /** Readings that were learned from, and the time of the first and the last. */
  readonly readings: number;
  readonly from: number;
  readonly to: number;
  /** Time between readings, s. */
  readonly period: number;
  /** Distance from the median of seven readings: its scale, and what is an outlier. */
  readonly outlier?: { readonly scale: number; readonly limit: number };
  /** Equal readings in a row that are too many. */
  readonly stuck?: { readonly limit: number };
  readonly whitening?: Whitening;
  /** Mean square of a window of innovations as it usually is, and below which the noise is gone. */
  readonly quiet?: { readonly usual: number; readonly limit: number };
  readonly level?: Level;
  /** Band about the slow mean, and area (unit × readings) of a half-period that is too much. */
  readonly oscillation?: { readonly band: number; readonly limit: number };
  readonly replay?: {
    /** Width of innovation bins, in standard deviations, and counts of bins after bins. */
    readonly width: number;
    readonly counts: readonly number[];
    readonly words: Words;
    /** How the history repeats itself. */
    readonly sameness: Sameness;
    /** Readings of an exact replay that it takes, on average, to be found. */
    readonly needs: number;
  };
  /** Differences between readings that many periods apart which one in a thousand exceeds. */
  readonly spans?: readonly { readonly periods: number; readonly difference: number }[];
  /** How other tags answer to commands to this one. */
  readonly responses: readonly Response[];
  /** Detectors that do not speak, with the reason. */
  readonly silent: Readonly<Record<string, string>>;
}

export interface ProcessProfile {
  /** Format. */
  readonly 'cofferdam-process': 1;
  readonly tags: readonly TagProfile[];
}
