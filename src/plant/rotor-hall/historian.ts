/**
 * The historian: asks the machine monitor for speed and vibration of every rotor, and keeps what it is told. Nobody
 * looks at it in the course of a shift.
 *
 * @module
 */

import { modbus } from '../../protocol/modbus/modbus.ts';
import { ModbusUnit } from '../modbus-unit.ts';
import { read, take } from '../modbus-values.ts';
import { type Endpoint, ProtocolClient } from '../protocol-client.ts';
import { StationCounts, StationLink } from '../station-link.ts';
import type { Tag } from '../tag.ts';
import { MONITOR_UNIT, TAGS } from './tags.ts';

export class Historian {
  readonly counts = new StationCounts();
  readonly #link: StationLink;
  readonly #copy = new ModbusUnit(MONITOR_UNIT, TAGS);
  #known = false;

  /** At address `from`. */
  constructor(from: string, monitor: Endpoint) {
    this.#link = new StationLink(this.counts, () => ProtocolClient.connect(modbus, from, monitor));
  }

  /** One round. */
  async round(): Promise<void> {
    const reply = await this.#link.ask(read(MONITOR_UNIT, 'input', 0, this.#copy.inputs.length));
    if (reply === undefined) return;
    take(this.#copy, 'input', 0, reply);
    this.#known = true;
  }

  /** What it was last told of a tag of the monitor; NaN before. */
  reading(tag: Tag): number {
    return this.#known ? this.#copy.get(tag) : Number.NaN;
  }

  close(): void {
    this.#link.close();
  }
}
