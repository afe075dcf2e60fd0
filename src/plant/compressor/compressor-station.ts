/**
 * The gas compressor station: machine, pipelines and both controllers, moved on together. Physics in steps of
 * 5 ms, controllers every 50 ms, all in simulated time; the same seed gives the same station.
 *
 * @module
 */

import { Random } from '../random.ts';
import { SafetyWatch } from '../safety-watch.ts';
import type { Tag } from '../tag.ts';
import { DriveController } from './drive-controller.ts';
import { Pipelines } from './pipelines.ts';
import { ProcessController } from './process-controller.ts';
import { LUBE_UNIT, TAGS } from './tags.ts';
import { Train } from './train.ts';

export interface StationOptions {
  readonly seed: number;
  /** Step of the physics, s; must divide the controllers' cycle. */
  readonly step?: number;
  /** When it begins, ms since 1970 UTC. */
  readonly start?: number;
}

/** Cycle of the controllers, s. */
export const CYCLE = 0.05;
const STEP = 0.005;

export class CompressorStation {
  readonly train = new Train();
  readonly pipelines: Pipelines;
  readonly process: ProcessController;
  readonly drive: DriveController;
  /** Which tags have left their safe range. */
  readonly watch = new SafetyWatch(TAGS, tag => this.value(tag));
  readonly #start: number;
  readonly #step: number;
  readonly #stepsPerCycle: number;
  #cycles = 0;

  constructor(options: StationOptions) {
    const { seed, step = STEP, start = 0 } = options;
    this.#start = start;
    this.#stepsPerCycle = Math.round(CYCLE / step);
    this.#step = CYCLE / this.#stepsPerCycle;
    this.pipelines = new Pipelines(new Random(seed));
    this.process = new ProcessController(new Random(seed ^ 0x5bd1e995));
    this.drive = new DriveController(new Random(seed ^ 0x1b873593), () => this.now);
  }

  /** Simulated seconds since the start. */
  get time(): number {
    return this.#cycles * CYCLE;
  }

  /** The plant's clock, ms since 1970 UTC. */
  get now(): number {
    return this.#start + this.time * 1000;
  }

  /** What the controllers hold of a tag. */
  value(tag: Tag): number {
    if (tag.place.protocol === 's7comm') return this.drive.cpu.get(tag);
    return (tag.place.station === LUBE_UNIT ? this.process.lube : this.process.compressor).get(tag);
  }

  /** Sets a tag in its controller's memory, as a write does. */
  set(tag: Tag, value: number): void {
    if (tag.place.protocol === 's7comm') this.drive.cpu.set(tag, value);
    else (tag.place.station === LUBE_UNIT ? this.process.lube : this.process.compressor).set(tag, value);
  }

  /** Moves on by one cycle of the controllers. */
  cycle(): void {
    const { train } = this;
    this.pipelines.advance(CYCLE);
    train.actuators.upstreamPressure = this.pipelines.upstreamPressure;
    train.actuators.downstreamPressure = this.pipelines.downstreamPressure;
    this.process.scan(CYCLE, train);
    this.drive.scan(CYCLE, train, this.process.trip === '');
    for (let i = 0; i < this.#stepsPerCycle; i++) train.step(this.#step);
    this.#cycles++;
    this.watch.look(this.time);
  }

  /** Moves on to `time` seconds since the start, in whole cycles. */
  runUntil(time: number): void {
    while (this.time + CYCLE / 2 < time) this.cycle();
  }
}
