/**
 * Operations as lines for people.
 *
 *     2016-12-15 18:30:00.123456  10.0.0.1:1234 > 10.0.0.2:502  modbus 1  write single register  holding 40 = 14100
 *
 * @module
 */

import { anomalyNames } from '../operation/anomaly.ts';
import { type Operation, Outcome, Phase, type Sink } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Current } from './current.ts';
import type { Lines } from './lines.ts';

/** Values and characters of a value that a line shows. */
const MAX_VALUES = 16;
const MAX_CHARACTERS = 64;

export class Text implements Sink {
  readonly #protocols: readonly Protocol[];
  readonly #current: Current;
  readonly #lines: Lines;
  #second = Number.NaN;
  #secondText = '';

  constructor(protocols: readonly Protocol[], current: Current, lines: Lines) {
    this.#protocols = protocols;
    this.#current = current;
    this.#lines = lines;
  }

  operation(op: Operation): void {
    const protocol = this.#protocols[op.protocol]!;
    const { session } = this.#current;
    const arrow = op.side === Side.client ? '>' : '<';
    const name = protocol.functions[op.fn]!.name;
    const code = op.fn === 0 ? ` ${op.code}${op.subcode < 0 ? '' : `/${op.subcode}`}` : '';
    let line = `${this.#time(op.time)}  ${session.clientName} ${arrow} ${session.serverName}`;
    line += `  ${protocol.name} ${protocol.stations.format(op.station)}  ${name}${code}${phrase(op)}`;
    const object = protocol.objects.format(op);
    if (object !== '') line += `  ${plain(object)}`;
    if (op.valueCount > 0) line += ` = ${values(op)}`;
    if (op.outcome === Outcome.failed) line += `  failed: ${protocol.errorName(op.error)}`;
    if (op.anomalies !== 0) line += `  [${anomalyNames(op.anomalies).join(' ')}]`;
    this.#lines.write(`${line}\n`);
  }

  /** UTC, to the microsecond. */
  #time(time: number): string {
    const second = Math.floor(time);
    if (second !== this.#second) {
      this.#second = second;
      const date = new Date(second * 1000);
      this.#secondText = Number.isNaN(date.getTime())
        ? String(second)
        : date.toISOString().slice(0, 19).replace('T', ' ');
    }
    const micros = Math.min(999_999, Math.round((time - second) * 1e6));
    return `${this.#secondText}.${String(micros).padStart(6, '0')}`;
  }
}

function phrase(op: Operation): string {
  const item = op.items > 1 ? ` ${op.item + 1}/${op.items}` : '';
  if (op.phase === Phase.request) return item;
  if (op.phase === Phase.notice) return `${item} (notice)`;
  return `${item} (answer)`;
}

function values(op: Operation): string {
  const shown = Math.min(op.valueCount, MAX_VALUES);
  const texts: string[] = [];
  for (let i = 0; i < shown; i++) {
    const text = plain(String(op.value(i)));
    texts.push(text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text);
  }
  if (op.valueCount > shown) texts.push(`… (${op.valueCount} values)`);
  return texts.join(' ');
}

/** Without characters that a terminal would act on. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '.');
}
