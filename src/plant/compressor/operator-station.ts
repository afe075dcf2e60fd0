/**
 * The operator's station: reads both controllers every round, and now and then sets the speed, a valve or the
 * surge margin to another value that the machine likes. It knows of the plant what its answers say, no more.
 *
 * @module
 */

import { modbus } from '../../protocol/modbus/modbus.ts';
import type { Habits, Wish } from '../habits.ts';
import { ModbusUnit } from '../modbus-unit.ts';
import { read, take, write } from '../modbus-values.ts';
import { ProtocolClient } from '../protocol-client.ts';
import type { Random } from '../random.ts';
import { connectS7, readTags, writeTag } from '../s7-client.ts';
import { StationCounts, StationLink } from '../station-link.ts';
import type { Tag } from '../tag.ts';
import { compressorHabits } from './habits.ts';
import type { ControllerEndpoints } from './network.ts';
import { COMPRESSOR_UNIT, LUBE_UNIT, TAGS } from './tags.ts';

const DRIVE_TAGS = TAGS.filter(tag => tag.place.protocol === 's7comm' && tag.place.db <= 2);

/** An adjustment that was made, or refused. */
export interface Adjustment {
  readonly tag: Tag;
  readonly value: number;
  readonly done: boolean;
}

export class OperatorStation {
  readonly counts = new StationCounts();
  readonly #habits: Habits;
  readonly #process: StationLink;
  readonly #drive: StationLink;
  readonly #compressor = new ModbusUnit(COMPRESSOR_UNIT, TAGS);
  readonly #lube = new ModbusUnit(LUBE_UNIT, TAGS);
  readonly #readings = new Map<string, number>();

  /** At address `from`. */
  constructor(from: string, { process, drive }: ControllerEndpoints, random: Random) {
    this.#habits = compressorHabits(random);
    this.#process = new StationLink(this.counts, () => ProtocolClient.connect(modbus, from, process));
    this.#drive = new StationLink(this.counts, () => connectS7(from, drive));
  }

  /** One round: all readings, and perhaps an adjustment. */
  async round(): Promise<Adjustment | undefined> {
    await this.#poll();
    const wish = this.#habits.round(tag => this.reading(tag));
    return wish === undefined ? undefined : this.#adjust(wish);
  }

  /** What the operator last saw of a tag; NaN before. */
  reading(tag: Tag): number {
    if (tag.place.protocol === 's7comm') return this.#readings.get(tag.name) ?? Number.NaN;
    return (tag.place.station === LUBE_UNIT ? this.#lube : this.#compressor).get(tag);
  }

  close(): void {
    this.#process.close();
    this.#drive.close();
  }

  async #poll(): Promise<void> {
    for (const [unit, copy] of [
      [COMPRESSOR_UNIT, this.#compressor],
      [LUBE_UNIT, this.#lube],
    ] as const) {
      for (const [space, count] of [
        ['input', copy.inputs.length],
        ['holding', copy.holdings.length],
        ['discrete', copy.discretes.length],
        ['coil', copy.coils.length],
      ] as const) {
        if (count === 0) continue;
        const reply = await this.#process.ask(read(unit, space, 0, count));
        if (reply !== undefined) take(copy, space, 0, reply);
      }
    }
    const reply = await this.#drive.ask(readTags(DRIVE_TAGS));
    for (const [i, tag] of DRIVE_TAGS.entries()) {
      const value = reply?.items[i]?.values[0];
      if (value !== undefined) this.#readings.set(tag.name, Number(value));
    }
  }

  async #adjust({ tag, value: wanted }: Wish): Promise<Adjustment> {
    if (tag.place.protocol === 's7comm') {
      const reply = await this.#drive.ask(writeTag(tag, wanted));
      return { tag, value: wanted, done: reply !== undefined };
    }
    const copy = new ModbusUnit(COMPRESSOR_UNIT, TAGS);
    copy.set(tag, wanted);
    const words = copy.holdings.subarray(tag.place.address);
    const reply = await this.#process.ask(write(tag, words.subarray(0, tag.type === 'float32' ? 2 : 1)));
    return { tag, value: wanted, done: reply !== undefined };
  }
}
