/**
 * The operator's station: reads setpoints and readings of all drives every round, shows what it is told, and now and then
 * sets a drive's frequency. It knows of the hall what the controllers say, no more.
 *
 * @module
 */

import type { Wish } from '../habits.ts';
import type { Random } from '../random.ts';
import { connectS7, writeTag } from '../s7-client.ts';
import { S7Image } from '../s7-image.ts';
import { StationCounts, StationLink } from '../station-link.ts';
import type { Tag } from '../tag.ts';
import { DRIVES_PER_CASCADE } from './constants.ts';
import { rotorHallHabits } from './habits.ts';
import type { HallEndpoints } from './network.ts';
import { CASCADES, type Cascade, READINGS, SETPOINTS } from './tags.ts';

/** An adjustment that was made, or refused. */
export interface Adjustment extends Wish {
  readonly done: boolean;
}

const RANGES = [
  { db: SETPOINTS.db, length: SETPOINTS.stride * DRIVES_PER_CASCADE },
  { db: READINGS.db, length: READINGS.stride * DRIVES_PER_CASCADE },
];

export class OperatorStation {
  readonly counts = new StationCounts();
  readonly #habits;
  readonly #links: Readonly<Record<Cascade, StationLink>>;
  readonly #images: Readonly<Record<Cascade, S7Image>>;

  /** At address `from`. */
  constructor(from: string, endpoints: HallEndpoints, random: Random) {
    this.#habits = rotorHallHabits(random);
    const link = (cascade: Cascade): StationLink =>
      new StationLink(this.counts, () => connectS7(from, endpoints[cascade]));
    this.#links = { 'plc-a': link('plc-a'), 'plc-b': link('plc-b') };
    this.#images = { 'plc-a': new S7Image(RANGES), 'plc-b': new S7Image(RANGES) };
  }

  /** One round: all readings, and perhaps an adjustment. */
  async round(): Promise<Adjustment | undefined> {
    for (const cascade of CASCADES) {
      const reply = await this.#links[cascade].ask(this.#images[cascade].read);
      if (reply !== undefined) this.#images[cascade].take(reply);
    }
    const wish = this.#habits.round(tag => this.reading(tag));
    if (wish === undefined || Number.isNaN(wish.value)) return undefined;
    const reply = await this.#links[wish.tag.controller as Cascade].ask(writeTag(wish.tag, wish.value));
    return { ...wish, done: reply !== undefined };
  }

  /** What the operator last saw of a tag of a controller; NaN before. */
  reading(tag: Tag): number {
    return this.#images[tag.controller as Cascade].get(tag);
  }

  close(): void {
    for (const link of Object.values(this.#links)) link.close();
  }
}
