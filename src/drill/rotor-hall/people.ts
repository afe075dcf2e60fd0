/**
 * The people of the rotor hall: what they do when a defence reports something, or when the operator sees on the display
 * that a drive is out of its band. They take their time, {@link REACTION}, and then do it.
 *
 * @module
 */

import type { OperatorStation } from '../../plant/rotor-hall/operator-station.ts';
import type { RotorHall } from '../../plant/rotor-hall/rotor-hall.ts';
import { CASCADES, type Cascade, cascadeOf, DRIVE_TAGS } from '../../plant/rotor-hall/tags.ts';
import { withinRange } from '../../plant/tag.ts';
import type { Report } from './defence.ts';

/** Seconds from a report to what is done about it: it is read, believed, and somebody walks into the hall. */
export const REACTION = 120;
/** Seconds that the display must show a drive out of its band before the operator takes it for more than a glitch. */
const GLANCE = 10;

/** Something that people did. */
export interface Deed {
  /** Simulated seconds. */
  readonly time: number;
  readonly what: string;
}

interface Task {
  readonly due: number;
  readonly what: string;
  carryOut(): void;
}

export class People {
  readonly deeds: Deed[] = [];
  /** Stations that were taken off the network. */
  readonly isolated = new Set<string>();
  /** When the operator first saw a drive out of its band, by cascade; undefined while none was seen. */
  readonly seen = new Map<Cascade, number>();
  readonly #hall: RotorHall;
  readonly #operator: OperatorStation;
  readonly #tasks: Task[] = [];
  readonly #planned = new Set<string>();

  constructor(hall: RotorHall, operator: OperatorStation) {
    this.#hall = hall;
    this.#operator = operator;
  }

  /** They hear of a finding at `time`. */
  hear(time: number, { calls, cascade, station }: Report): void {
    if (calls === 'isolate') {
      if (station === undefined) return;
      this.#plan(time, `took ${station} off the network`, () => this.isolated.add(station));
    } else for (const each of cascade === undefined ? CASCADES : [cascade]) this.#stop(time, each);
  }

  /** Each second: the operator looks at the display, and what is due is done. */
  second(time: number): void {
    for (const cascade of CASCADES) {
      const out = DRIVE_TAGS.some(
        ({ frequency }, index) =>
          cascadeOf(index) === cascade && !withinRange(frequency, this.#operator.reading(frequency)),
      );
      if (!out) this.seen.delete(cascade);
      else if (!this.seen.has(cascade)) this.seen.set(cascade, time);
      if (out && time - this.seen.get(cascade)! >= GLANCE) this.#stop(time, cascade);
    }
    for (const task of this.#tasks.splice(0)) {
      if (task.due > time) {
        this.#tasks.push(task);
        continue;
      }
      task.carryOut();
      this.deeds.push({ time, what: task.what });
    }
  }

  #stop(time: number, cascade: Cascade): void {
    this.#plan(time, `stopped the drives of ${cascade} by hand`, () => this.#hall.stopByHand(cascade));
  }

  #plan(time: number, what: string, carryOut: () => void): void {
    if (this.#planned.has(what)) return;
    this.#planned.add(what);
    this.#tasks.push({ due: time + REACTION, what, carryOut });
  }
}
