/**
 * The rotor hall: twelve drives, two controllers and the machine monitor, moved on together. Physics in steps of 0.1 s,
 * controllers every 0.2 s, all in simulated time; the same seed gives the same hall.
 *
 * @module
 */

import { Random } from '../random.ts';
import { SafetyWatch } from '../safety-watch.ts';
import type { Tag } from '../tag.ts';
import { CascadeController } from './cascade-controller.ts';
import { CYCLES_PER_SECOND } from './cascade-program.ts';
import { DRIVES } from './constants.ts';
import { Drive } from './drive.ts';
import { MachineMonitor } from './machine-monitor.ts';
import { CASCADES, type Cascade, cascadeOf, MONITOR, TAGS } from './tags.ts';

export interface RotorHallOptions {
  readonly seed: number;
  /** Steps of the physics in a cycle of the controllers. */
  readonly steps?: number;
  /** When it begins, ms since 1970 UTC. */
  readonly start?: number;
}

/** Cycle of the controllers, s. */
export const CYCLE = 1 / CYCLES_PER_SECOND;

export class RotorHall {
  readonly drives: readonly Drive[];
  readonly controllers: Readonly<Record<Cascade, CascadeController>>;
  readonly monitor: MachineMonitor;
  /** Which tags have left their safe range, in the controllers' memory: what a station can see of it. */
  readonly watch = new SafetyWatch(TAGS, tag => this.value(tag));
  readonly #start: number;
  readonly #steps: number;
  #cycles = 0;

  constructor({ seed, steps = 2, start = 0 }: RotorHallOptions) {
    this.#start = start;
    this.#steps = steps;
    this.drives = Array.from(
      { length: DRIVES },
      (_, i) => new Drive(new Random(seed ^ Math.imul(i + 1, 0x9e3779b1))),
    );
    const controller = (name: Cascade, salt: number): CascadeController =>
      new CascadeController(
        name,
        this.drives.filter((_, index) => cascadeOf(index) === name),
        new Random(seed ^ salt),
        () => this.now,
      );
    this.controllers = { 'plc-a': controller('plc-a', 0x5bd1e995), 'plc-b': controller('plc-b', 0x1b873593) };
    this.monitor = new MachineMonitor(this.drives, new Random(seed ^ 0x27d4eb2f));
    // The readings are there before anybody asks.
    this.cycle();
  }

  /** Simulated seconds since the start. */
  get time(): number {
    return this.#cycles / CYCLES_PER_SECOND;
  }

  /** The plant's clock, ms since 1970 UTC. */
  get now(): number {
    return this.#start + this.time * 1000;
  }

  /** What the controller, or the monitor, holds of a tag. */
  value(tag: Tag): number {
    if (tag.controller === MONITOR) return this.monitor.unit.get(tag);
    return this.controllers[tag.controller as Cascade].cpu.get(tag);
  }

  /** Sets a tag in its controller's memory, as a write does. */
  set(tag: Tag, value: number): void {
    if (tag.controller === MONITOR) this.monitor.unit.set(tag, value);
    else this.controllers[tag.controller as Cascade].cpu.set(tag, value);
  }

  /** Moves on by one cycle of the controllers. */
  cycle(): void {
    if (this.#cycles % CYCLES_PER_SECOND === 0) this.monitor.measure();
    for (const name of CASCADES) this.controllers[name].cycle();
    for (const drive of this.drives) for (let i = 0; i < this.#steps; i++) drive.step(CYCLE / this.#steps);
    this.#cycles++;
    if (this.#cycles % CYCLES_PER_SECOND === 0) this.watch.look(this.time);
  }

  /** Moves on to `time` seconds since the start, in whole cycles. */
  runUntil(time: number): void {
    while (this.time + CYCLE / 2 < time) this.cycle();
  }

  /** Somebody in the hall stops a cascade's drives, or all, at their fronts. */
  stopByHand(cascade?: Cascade): void {
    for (const [index, drive] of this.drives.entries()) {
      if (cascade === undefined || cascadeOf(index) === cascade) drive.stopped = true;
    }
  }
}
