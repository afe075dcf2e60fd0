/**
 * Readings of a policy's tags in their engineering units, and how many of them lay outside the range that it gives.
 *
 * @module
 */

import type { Policy } from '../../policy/policy.ts';
import { toNumber } from '../../policy/ratio.ts';

export interface PolicyTagRecord {
  readonly tag: string;
  readonly unit: string;
  /** As the policy gives it; null where it gives none. */
  readonly range: readonly [number, number] | null;
  readings: number;
  commands: number;
  least: number | null;
  greatest: number | null;
  latest: number | null;
  /** Readings and commands outside the range, and when the first was. */
  outside: number;
  firstOutside: number | null;
}

/** Is told of each reading and each confirmed command of a tag. */
export class PolicyTags {
  readonly #records: ReadonlyMap<string, PolicyTagRecord>;

  constructor(policy: Policy) {
    const record = (tag: string, unit: string, range: readonly [number, number] | null): PolicyTagRecord => ({
      tag,
      unit,
      range,
      readings: 0,
      commands: 0,
      least: null,
      greatest: null,
      latest: null,
      outside: 0,
      firstOutside: null,
    });
    this.#records = new Map(
      [...policy.tags.values()].map(({ name, unit, written }) => {
        const range = written?.range;
        return [
          name,
          record(name, unit, range === undefined ? null : [toNumber(range[0]), toNumber(range[1])]),
        ];
      }),
    );
  }

  observe(tag: string, time: number, value: number): void {
    const record = this.#records.get(tag);
    if (record === undefined) return;
    record.readings++;
    take(record, time, value);
  }

  command(tag: string, time: number, value: number): void {
    const record = this.#records.get(tag);
    if (record === undefined) return;
    record.commands++;
    take(record, time, value);
  }

  /** Tags in the policy's order, those without a reading too. */
  list(): PolicyTagRecord[] {
    return [...this.#records.values()];
  }
}

function take(record: PolicyTagRecord, time: number, value: number): void {
  record.latest = value;
  if (record.least === null || value < record.least) record.least = value;
  if (record.greatest === null || value > record.greatest) record.greatest = value;
  // What is not a number is in no range.
  if (record.range !== null && !(value >= record.range[0] && value <= record.range[1])) {
    record.outside++;
    record.firstOutside ??= time;
  }
}
