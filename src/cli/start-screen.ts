/**
 * What `start` shows on a terminal: one screen, redrawn in place. Above the process with its safe ranges, below
 * who did what.
 *
 * @module
 */

import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { Exercise, ExerciseEvent } from '../drill/exercise.ts';
import { TAG } from '../plant/compressor/tags.ts';
import { type Tag, withinRange } from '../plant/tag.ts';
import type { Policy } from '../policy/policy.ts';
import { type EventKind, EventTeller, type ToldEvent } from './start-events.ts';
import { type Block, cut, newest, wrap } from './start-layout.ts';
import { troubles, type View } from './start-view.ts';

/** Milliseconds between two drawings. */
const PERIOD = 250;
/** Columns of a label, of a figure with its unit, of a gauge at most, and between two of them. */
const LABEL = 14;
const FIGURE = 13;
const MOST_GAUGE = 30;
const GAP = 2;
/** Columns of the time before an event. */
const TIME = 10;
/** Events of the past that are kept. */
const MOST_EVENTS = 100;
const COLOUR = { operator: 'dim', gateway: 'yellow', held: 'green', harm: 'red' } as const satisfies Record<
  EventKind,
  string
>;
const LEGEND = '█ now   ━ safe   · not safe';

/** Terminal control: the other screen, the cursor, and where things are erased. */
const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const HOME = '\x1b[H';
const ERASE_LINE = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

interface Gauge {
  readonly tag: Tag;
  readonly label: string;
  readonly scale: readonly [number, number];
}

/** What is shown of the process, two gauges a line, and the scale of each. */
const GAUGES: readonly (readonly [Gauge, Gauge])[] = [
  [
    { tag: TAG.speed, label: 'speed', scale: [1000, 2400] },
    { tag: TAG.compressorFlow, label: 'flow', scale: [-60, 160] },
  ],
  [
    { tag: TAG.suctionPressure, label: 'suction', scale: [40, 60] },
    { tag: TAG.dischargePressure, label: 'discharge', scale: [50, 100] },
  ],
  [
    { tag: TAG.surgeMargin, label: 'surge margin', scale: [-50, 60] },
    { tag: TAG.recycleValvePosition, label: 'recycle valve', scale: [0, 100] },
  ],
  [
    { tag: TAG.vibration, label: 'vibration', scale: [0, 20] },
    { tag: TAG.bearingTemperature, label: 'bearing', scale: [20, 150] },
  ],
];

/** An event, and when it was told. */
type TimedEvent = ToldEvent & { readonly time: string };

export class ScreenView implements View {
  readonly #exercise: Exercise;
  readonly #policy: Policy;
  readonly #defended: boolean;
  readonly #out: WriteStream;
  readonly #timer: NodeJS.Timeout;
  readonly #teller: EventTeller;
  readonly #events: TimedEvent[] = [];

  constructor(exercise: Exercise, policy: Policy, defended: boolean, out: WriteStream) {
    this.#exercise = exercise;
    this.#policy = policy;
    this.#teller = new EventTeller(policy);
    this.#defended = defended;
    this.#out = out;
    out.write(ENTER);
    this.#timer = setInterval(() => this.#draw(), PERIOD);
  }

  tell(event: ExerciseEvent): void {
    this.#add(this.#teller.take(event));
  }

  close(): void {
    clearInterval(this.#timer);
    this.#out.write(LEAVE);
  }

  #add(events: readonly ToldEvent[]): void {
    const time = `${this.#exercise.plant.time.toFixed(1).padStart(6)} s`.padEnd(TIME);
    for (const event of events) {
      // What the operator sets all day would push out what the intruder tried: the last of it in a row is enough.
      if (event.kind === 'operator' && this.#events.at(-1)?.kind === 'operator') this.#events.pop();
      this.#events.push({ ...event, time });
    }
    while (this.#events.length > MOST_EVENTS) this.#events.shift();
  }

  #draw(): void {
    this.#add(this.#teller.flush());
    const { columns = 80, rows = 24 } = this.#out;
    const head = [...this.#title(), ...this.#process(columns), '', ...this.#stations(), ''];
    const blocks = this.#events.map(event => block(event, columns));
    const lines = [...head, ...newest(blocks, Math.max(rows - head.length, 0))];
    const text = lines
      .slice(0, rows)
      // Erased first: at the end of a full line the cursor still stands on its last character.
      .map(line => ERASE_LINE + cut(line, columns))
      .join('\n');
    this.#out.write(HOME + text + (lines.length < rows ? `\n${ERASE_BELOW}` : ''));
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

  #process(columns: number): string[] {
    const { plant } = this.#exercise;
    const half = (columns - GAP) >> 1;
    const width = Math.min(Math.max(half - LABEL - FIGURE, 1), MOST_GAUGE);
    const show = ({ tag, label, scale }: Gauge) => {
      // A stopped controller's reading stands still; the machine does not.
      const value = tag === TAG.speed ? plant.train.rpm : plant.value(tag);
      const bar = gauge(tag, value, scale, width);
      return label.padEnd(LABEL) + alarmed(!withinRange(tag, value), figure(value, tag.unit) + bar);
    };
    const { damage } = plant.train.consequences;
    const worn = figure(damage * 100, '%') + ' '.repeat(width + GAP);
    const trouble = troubles(plant);
    const state =
      trouble.length === 0
        ? [styleText('green', 'normal')]
        : wrap(trouble.join(' · '), columns - LABEL).map(line => alarmed(true, line));
    return [
      ...GAUGES.map(pair => pair.map(show).join(' '.repeat(GAP))),
      'damage'.padEnd(LABEL) + alarmed(damage > 0, worn) + styleText('dim', LEGEND),
      ...state.map((line, i) => (i === 0 ? 'state' : '').padEnd(LABEL) + line),
    ];
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

/** A value, one decimal, with its unit, in {@link FIGURE} columns. */
function figure(value: number, unit: string): string {
  return `${value.toFixed(1).padStart(7)} ${unit}`.padEnd(FIGURE);
}

function alarmed(alarm: boolean, text: string): string {
  return alarm ? styleText(['red', 'bold'], text) : text;
}

/** A bar of `width` columns on which the safe range is drawn solid and the value is marked. */
function gauge(tag: Tag, value: number, [low, high]: readonly [number, number], width: number): string {
  const place = (x: number) =>
    Math.min(Math.max(Math.round(((x - low) / (high - low)) * (width - 1)), 0), width - 1);
  const mark = place(value);
  const [from, to] = tag.range ?? [low, high];
  return Array.from({ length: width }, (_, i) => {
    if (i === mark) return '█';
    return i >= place(from) && i <= place(to) ? '━' : '·';
  }).join('');
}

/** An event in lines: the time before its title, everything else below that. */
function block({ kind, title, details, time }: TimedEvent, columns: number): Block {
  const room = columns - TIME;
  const indent = ' '.repeat(TIME);
  return {
    title: wrap(title, room).map((line, i) => (i === 0 ? time : indent) + styleText(COLOUR[kind], line)),
    details: details.flatMap(detail => wrap(detail, room)).map(line => indent + line),
  };
}
