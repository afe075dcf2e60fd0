/**
 * What `start` shows on a terminal: one screen, redrawn in place. Above the process with its safe ranges, below
 * who did what.
 *
 * @module
 */

import type { WriteStream } from 'node:tty';
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Exercise, ExerciseEvent } from '../drill/exercise.ts';
import { TAG } from '../plant/compressor/tags.ts';
import { type Tag, withinRange } from '../plant/tag.ts';
import type { Policy } from '../policy/policy.ts';
import { type EventLine, EventLines, type LineKind } from './start-events.ts';
import { troubles, type View } from './start-view.ts';

/** Milliseconds between two drawings. */
const PERIOD = 250;
/** Characters of a gauge. */
const GAUGE = 30;

/** Lines of the past that are kept. */
const MOST_EVENTS = 200;
const COLOUR = { operator: 'dim', gateway: 'yellow', held: 'green', harm: 'red' } as const satisfies Record<
  LineKind,
  string
>;

/** Terminal control: the other screen, the cursor, and where things are erased. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const ERASE_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

/** What is shown of the process, and the scale of each gauge. */
const GAUGES: readonly {
  readonly tag: Tag;
  readonly label: string;
  readonly scale: readonly [number, number];
}[] = [
  { tag: TAG.speed, label: 'motor speed', scale: [0, 2400] },
  { tag: TAG.compressorFlow, label: 'compressor flow', scale: [-60, 160] },
  { tag: TAG.suctionPressure, label: 'suction pressure', scale: [40, 60] },
  { tag: TAG.dischargePressure, label: 'discharge pressure', scale: [40, 100] },
  { tag: TAG.surgeMargin, label: 'surge margin', scale: [-50, 60] },
  { tag: TAG.recycleValvePosition, label: 'anti-surge valve', scale: [0, 100] },
  { tag: TAG.vibration, label: 'vibration', scale: [0, 20] },
  { tag: TAG.bearingTemperature, label: 'bearing', scale: [20, 150] },
];

export class ScreenView implements View {
  readonly #exercise: Exercise;
  readonly #policy: Policy;
  readonly #defended: boolean;
  readonly #out: WriteStream;
  readonly #timer: NodeJS.Timeout;
  readonly #lines: EventLines;
  readonly #events: string[] = [];

  constructor(exercise: Exercise, policy: Policy, defended: boolean, out: WriteStream) {
    this.#exercise = exercise;
    this.#policy = policy;
    this.#lines = new EventLines(policy);
    this.#defended = defended;
    this.#out = out;
    out.write(ENTER);
    this.#timer = setInterval(() => this.#draw(), PERIOD);
  }

  tell(event: ExerciseEvent): void {
    this.#add(this.#lines.take(event));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#out.write(LEAVE);
  }

  #add(lines: readonly EventLine[]): void {
    const at = `${this.#exercise.plant.time.toFixed(1).padStart(6)} s`;
    for (const { kind, text } of lines) this.#events.push(`${at}  ${styleText(COLOUR[kind], text)}`);
    while (this.#events.length > MOST_EVENTS) this.#events.shift();
  }

  #draw(): void {
    this.#add(this.#lines.flush());
    const { columns = 80, rows = 24 } = this.#out;
    const head = [...this.#title(), ...this.#process(), '', ...this.#stations(), ''];
    const room = Math.max(0, rows - head.length - 1);
    const lines = [...head, ...this.#events.slice(-room)];
    const text = lines
      .slice(0, rows - 1)
      .map(line => cut(line, columns) + ERASE_LINE)
      .join('\n');
    this.#out.write(HOME + text + ERASE_BELOW);
  }

  #title(): string[] {
    const mode = this.#defended
      ? styleText('green', 'behind Cofferdam')
      : styleText(['red', 'bold'], 'UNDEFENDED');
    const time = `${this.#exercise.plant.time.toFixed(0)} s`;
    return [
      `${styleText('bold', this.#policy.plant)}  ${mode}  ${time}  ${styleText('dim', 'Ctrl-C ends it')}`,
      '',
    ];
  }

  #process(): string[] {
    const { plant } = this.#exercise;
    const lines = GAUGES.map(({ tag, label, scale }) => {
      // A stopped controller's reading stands still; the machine does not.
      const value = tag === TAG.speed ? plant.train.rpm : plant.value(tag);
      const safe = withinRange(tag, value);
      const figure = `${value.toFixed(1).padStart(8)} ${tag.unit.padEnd(5)}`;
      return `${label.padEnd(20)}${styleText(safe ? 'reset' : ['red', 'bold'], figure)} ${gauge(tag, value, scale)}`;
    });
    const trouble = troubles(plant);
    const state =
      trouble.length === 0 ? styleText('green', 'normal') : styleText(['red', 'bold'], trouble.join(' · '));
    const worn = `${(plant.train.consequences.damage * 100).toFixed(0)} %`;
    return [...lines, `${'damage'.padEnd(20)}${worn.padStart(8)}       ${state}`];
  }

  #stations(): string[] {
    const { operator, engineer } = this.#exercise.stations;
    return (
      [
        ['operator', operator],
        ['engineer', engineer],
      ] as const
    ).map(([name, counts]) => {
      const trouble = counts.errors + counts.timeouts + counts.lost + counts.reconnects;
      const figures = `${counts.requests} requests, ${counts.answers} answered, ${counts.errors} errors, ${counts.timeouts + counts.lost} lost, ${counts.reconnects} reconnects`;
      return `${name.padEnd(10)}${styleText(trouble === 0 ? 'green' : 'red', figures)}`;
    });
  }
}

/** A bar on which the safe range is drawn solid and the value is marked. */
function gauge(tag: Tag, value: number, [low, high]: readonly [number, number]): string {
  const place = (x: number) =>
    Math.min(Math.max(Math.round(((x - low) / (high - low)) * (GAUGE - 1)), 0), GAUGE - 1);
  const mark = place(value);
  const cells = Array.from({ length: GAUGE }, (_, i) => {
    if (i === mark) return '█';
    const [from, to] = tag.range ?? [low, high];
    return i >= place(from) && i <= place(to) ? '━' : '·';
  });
  return cells.join('');
}

/** Cuts a line to the width of the terminal, without its colours where it is too long. */
function cut(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  return plain.length <= columns ? line : `${plain.slice(0, columns - 1)}…`;
}
