/**
 * What `start` shows while it runs, as lines of text: where no terminal is, or none is wanted.
 *
 * @module
 */

import type { Exercise, ExerciseEvent } from '../drill/exercise.ts';
import type { VerdictEvent } from '../gateway/event.ts';
import { TAG } from '../plant/compressor/tags.ts';
import type { Tag } from '../plant/tag.ts';
import type { Policy } from '../policy/policy.ts';

/** Shows an exercise until closed. */
export interface View {
  tell(event: ExerciseEvent): void;
  close(): void;
}

/** Milliseconds between two lines about the process. */
const PERIOD = 2000;

export class LineView implements View {
  readonly #exercise: Exercise;
  readonly #policy: Policy;
  readonly #out: NodeJS.WritableStream;
  readonly #timer: NodeJS.Timeout;

  constructor(exercise: Exercise, policy: Policy, defended: boolean, out: NodeJS.WritableStream) {
    this.#exercise = exercise;
    this.#policy = policy;
    this.#out = out;
    this.#line(`${policy.plant}, ${defended ? 'behind Cofferdam' : 'UNDEFENDED'}. Ctrl-C ends it.`);
    const { process, drive } = exercise.endpoints;
    this.#line(
      `process controller at ${process.address}:${process.port} (Modbus), drive controller at ${drive.address}:${drive.port} (S7comm)`,
    );
    this.#timer = setInterval(() => this.#line(`plant     ${processText(exercise)}`), PERIOD);
  }

  tell(event: ExerciseEvent): void {
    const text = eventText(event, this.#policy);
    if (text !== '') this.#line(text);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #line(text: string): void {
    this.#out.write(`${this.#exercise.plant.time.toFixed(1).padStart(6)} s  ${text}\n`);
  }
}

/** The process in one line, as it is (not as a station sees it). */
export function processText({ plant }: Exercise): string {
  const value = (tag: Tag, digits = 0) => `${plant.value(tag).toFixed(digits)} ${tag.unit}`;
  const { surging, overspeed, wrecked, damage } = plant.train.consequences;
  const trouble = [
    surging ? 'SURGE' : '',
    overspeed ? 'OVERSPEED' : '',
    wrecked ? 'WRECKED' : '',
    plant.process.trip === '' ? '' : `TRIP: ${plant.process.trip}`,
    plant.drive.trip === '' ? '' : `DRIVE TRIP: ${plant.drive.trip}`,
    plant.drive.cpu.running ? '' : 'DRIVE CONTROLLER STOPPED',
  ].filter(text => text !== '');
  const figures = [
    `${plant.train.rpm.toFixed(0)} rpm`,
    `flow ${value(TAG.compressorFlow)}`,
    `${plant.value(TAG.suctionPressure).toFixed(1)} → ${value(TAG.dischargePressure, 1)}`,
    `surge margin ${value(TAG.surgeMargin)}`,
    `vibration ${value(TAG.vibration, 1)}`,
    `bearing ${value(TAG.bearingTemperature)}`,
    `damage ${(damage * 100).toFixed(0)} %`,
  ];
  return [...figures, ...trouble].join(' · ');
}

/** An event in one line, '' for those that need none. */
export function eventText(event: ExerciseEvent, policy: Policy): string {
  switch (event.kind) {
    case 'adjustment': {
      const { tag, value, done } = event.adjustment;
      return `operator  ${tag.name} = ${value.toFixed(1)} ${tag.unit}${done ? '' : ': NOT DONE'}`;
    }
    case 'step': {
      const { name, from, to, held, saw, requests } = event.result;
      const times = requests === 1 ? '' : ` (${requests} requests)`;
      return `intruder  ${held ? '✓ held' : '✗ DONE'}  ${from} → ${to}: ${name}${times}: ${saw.join('; ')}`;
    }
    case 'gateway':
      return event.event.event === 'verdict' && event.event.verdict === 'deny'
        ? `gateway   ${denialText(event.event, policy)}`
        : '';
  }
}

/** A denial in one line. */
export function denialText(event: VerdictEvent, policy: Policy): string {
  const who = policy.hostsAt(event.client)[0]?.name ?? event.client;
  const what = event.object === '' ? event.function : `${event.verb} ${event.object}`;
  return `deny  ${who} → ${event.target}: ${what}: ${event.reason}`;
}
