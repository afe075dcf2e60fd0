/**
 * Operations as lines for people.
 *
 *     2016-12-15 18:30:00.123456  10.0.0.1:1234 > 10.0.0.2:502  modbus 1  write single register  holding 40 = 14100
 *
 * @module
 */

import type { Operation, Sink } from '../operation/operation.ts';
import { Side } from '../operation/side.ts';
import { phraseOf } from '../protocol/phrase.ts';
import type { Protocol } from '../protocol/protocol.ts';
import type { Current } from './current.ts';
import type { Lines } from './lines.ts';

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
    const { session } = this.#current;
    const arrow = op.side === Side.client ? '>' : '<';
    let line = `${this.#time(op.time)}  ${session.clientName} ${arrow} ${session.serverName}`;
    line += `  ${phraseOf(op, this.#protocols[op.protocol]!)}`;
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
