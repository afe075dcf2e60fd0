/**
 * What the experiments on readings give.
 *
 * @module
 */

import type { PlantName } from './plants.ts';

/** A clean run: hours watched, tags for which each detector speaks, and what was found. */
export interface CleanFigures {
  readonly hours: number;
  readonly speaking: Readonly<Record<string, number>>;
  readonly alarms: Readonly<Record<string, number>>;
  readonly examples: readonly string[];
}

/** Delays in seconds; -1 for what was not found. */
export interface TrialFigures {
  readonly replays: readonly {
    readonly tag: string;
    /** Readings of an exact replay that the profile says are needed, or -1 where the detector is silent. */
    readonly needs: number;
    readonly variant: string;
    readonly delays: readonly number[];
  }[];
  readonly faults: readonly {
    readonly tag: string;
    readonly fault: string;
    readonly size: number;
    readonly delays: readonly number[];
  }[];
}

/** What is found where all readings of a controller are played, or it no longer obeys. Delays in seconds; -1 for what was not found. */
export interface WindowFigures {
  /** Replays of all readings of a controller: by a repeat in any of them, by a second reader. */
  readonly replays: readonly {
    readonly variant: string;
    readonly replay: readonly number[];
    readonly disagreement: readonly number[];
  }[];
  /** A reader who is told something else than another: by the size of the difference. */
  readonly apart: readonly { readonly size: number; readonly delays: readonly number[] }[];
  /** Ten minutes in which nothing follows from commands, from the first of them on. */
  readonly deaf: readonly number[];
}

export interface JobFigures {
  readonly plant: PlantName;
  readonly seed: number;
  readonly clean?: CleanFigures;
  readonly trials?: TrialFigures;
  readonly windows?: WindowFigures;
}

/** Everything, and how it was measured. */
export interface ReadingsFigures {
  readonly date: string;
  readonly learn: number;
  readonly watch: number;
  readonly jobs: readonly JobFigures[];
}
