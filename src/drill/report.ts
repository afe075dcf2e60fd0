/**
 * What an exercise comes to: the figures, and whether the defence held.
 *
 * @module
 */

import type { Counts } from '../gateway/counts.ts';
import type { StationCounts } from '../plant/station-link.ts';
import type { PlantOutcome } from './exercise.ts';
import type { StepResult } from './step.ts';

export interface Report {
  readonly plant: string;
  readonly defended: boolean;
  readonly seed: number;
  readonly speed: number;
  readonly outcome: PlantOutcome;
  readonly intruder: {
    /** Steps that the scenario has; fewer were tried where it was stopped early. */
    readonly scenarioSteps: number;
    readonly requests: number;
    readonly refused: number;
    readonly steps: readonly StepResult[];
  };
  readonly operator: StationCounts;
  readonly engineer: StationCounts;
  /** What the gateway did, in messages; undefined without one. */
  readonly gateway: Counts | undefined;
  readonly held: Held;
}

/** What must be true for the defence to have held. */
export interface Held {
  /** Every request of the steps tried was refused as expected, and its session lived on. */
  readonly everythingRefused: boolean;
  readonly plantSafe: boolean;
  readonly operatorUndisturbed: boolean;
  /** All of the above, and no step of the scenario was left untried. */
  readonly all: boolean;
}

export function judgeExercise(
  outcome: PlantOutcome,
  steps: readonly StepResult[],
  scenarioSteps: number,
  operator: StationCounts,
): Held {
  const everythingRefused = steps.every(step => step.held && step.sessionAlive);
  const plantSafe =
    outcome.inSafeRange && outcome.damage === 0 && outcome.surgeCycles === 0 && outcome.driveRunning;
  const operatorUndisturbed = operator.undisturbed && operator.answers > 0;
  const complete = steps.length === scenarioSteps;
  return {
    everythingRefused,
    plantSafe,
    operatorUndisturbed,
    all: everythingRefused && plantSafe && operatorUndisturbed && complete,
  };
}
