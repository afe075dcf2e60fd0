/**
 * What `start` shows while it runs, as lines of text: where no terminal is, or none is wanted.
 *
 * @module
 */

import type { Exercise, ExerciseEvent } from '../drill/exercise.ts';
import type { CompressorStation } from '../plant/compressor/compressor-station.ts';
import { TAG } from '../plant/compressor/tags.ts';
import type { Tag } from '../plant/tag.ts';
import type { Policy } from '../policy/policy.ts';
import { EventTeller, type ToldEvent } from './start-events.ts';

/** Shows an exercise until closed. */
export interface View {
  tell(event: ExerciseEvent): void;
  close(): void;
}

/** Milliseconds between two lines about the process. */
const PERIOD = 2000;
/** Before what more there is to say of an event: deeper than the time. */
const DETAIL = ' '.repeat(12);

export class LineView implements View {
  readonly #exercise: Exercise;
  readonly #teller: EventTeller;
  readonly #out: NodeJS.WritableStream;
  readonly #timer: NodeJS.Timeout;

  constructor(exercise: Exercise, policy: Policy, defended: boolean, out: NodeJS.WritableStream) {
    this.#exercise = exercise;
    this.#teller = new EventTeller(policy);
    this.#out = out;
    this.#line(`${policy.plant}, ${defended ? 'behind Cofferdam' : 'UNDEFENDED'}. Ctrl-C ends it.`);
    const { process, drive } = exercise.endpoints;
    this.#line(
      `process controller at ${process.address}:${process.port} (Modbus), drive controller at ${drive.address}:${drive.port} (S7comm)`,
    );
    this.#timer = setInterval(() => {
      this.#events(this.#teller.flush());
      this.#line(`plant     ${processText(exercise)}`);
    }, PERIOD);
  }

  tell(event: ExerciseEvent): void {
    this.#events(this.#teller.take(event));
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #events(events: readonly ToldEvent[]): void {
    for (const { title, details } of events) {
      this.#line(title);
      for (const detail of details) this.#out.write(`${DETAIL}${detail}\n`);
    }
  }

  #line(text: string): void {
    this.#out.write(`${this.#exercise.plant.time.toFixed(1).padStart(6)} s  ${text}\n`);
  }
}

/** The process in one line, as it is (not as a station sees it). */
function processText({ plant }: Exercise): string {
  const value = (tag: Tag, digits = 0) => `${plant.value(tag).toFixed(digits)} ${tag.unit}`;
  const figures = [
    `${plant.train.rpm.toFixed(0)} rpm`,
    `flow ${value(TAG.compressorFlow)}`,
    `${plant.value(TAG.suctionPressure).toFixed(1)} → ${value(TAG.dischargePressure, 1)}`,
    `surge margin ${value(TAG.surgeMargin)}`,
    `vibration ${value(TAG.vibration, 1)}`,
    `bearing ${value(TAG.bearingTemperature)}`,
    `damage ${(plant.train.consequences.damage * 100).toFixed(0)} %`,
  ];
  return [...figures, ...troubles(plant)].join(' · ');
}

/** What is wrong with the plant, in a word each; none where all is well. */
export function troubles({ train, process, drive }: CompressorStation): string[] {
  const { surging, overspeed, wrecked } = train.consequences;
  return [
    surging ? 'SURGE' : '',
    overspeed ? 'OVERSPEED' : '',
    process.trip === '' ? '' : `TRIP: ${process.trip}`,
    drive.trip === '' ? '' : `DRIVE TRIP: ${drive.trip}`,
    drive.cpu.running ? '' : 'DRIVE CONTROLLER STOPPED',
    wrecked ? 'ROTOR WRECKED' : '',
  ].filter(text => text !== '');
}
