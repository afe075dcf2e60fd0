/**
 * Read-back audit as a defence: Cofferdam's own connection reads both controllers' programs every five minutes, as
 * `cofferdam audit --every 5m` does, and compares them with what was approved.
 *
 * A reading takes its time in a plant, four requests a second; here it is made at one moment of the hall's time, and
 * what it found is told as much later as it would have taken.
 *
 * @module
 */

import { type ApprovedProgram, approvedFrom } from '../../audit/approved-program.ts';
import { STANDARD_RATE } from '../../audit/ask-device.ts';
import { type Comparison, compare } from '../../audit/compare.ts';
import type { Device } from '../../audit/device-link.ts';
import { readDevice } from '../../audit/read-device.ts';
import { CASCADES, type Cascade } from '../../plant/rotor-hall/tags.ts';
import { blockName } from '../../plant/s7-block.ts';
import { s7comm } from '../../protocol/s7comm/s7comm.ts';
import { stationOf } from '../../protocol/s7comm/station.ts';
import type { DefenceGround, Watcher } from './defence.ts';
import { AUDITOR } from './intrusion.ts';

/** Simulated seconds between two audits, and the first of them: the one before the intrusion ends when that begins, its worst moment. */
export const AUDIT_INTERVAL = 300;
const FIRST = 0;

interface Pending {
  readonly due: number;
  readonly cascade: Cascade;
  readonly what: string;
}

export function auditWatch(ground: DefenceGround): Watcher {
  const approved = new Map<Cascade, ApprovedProgram>();
  const told = new Map<Cascade, string>();
  const pending: Pending[] = [];

  const deviceOf = (cascade: Cascade): Device => ({
    name: cascade,
    ...ground.endpoints[cascade],
    protocol: s7comm,
    station: stationOf(0, 2),
    from: ground.address(AUDITOR),
  });

  const look = async (cascade: Cascade, time: number): Promise<void> => {
    const device = deviceOf(cascade);
    // The pace is that of the hall's time, not of the clock on the wall.
    const reading = await readDevice(device, { rate: 1e6 });
    const due = time + reading.requests / STANDARD_RATE;
    const trusted = approved.get(cascade);
    if (trusted === undefined) {
      approved.set(cascade, approvedFrom(device, reading.program, reading.ended));
      return;
    }
    // The hall's clock is not that of this machine, and runs faster.
    const options = { clock: Number.POSITIVE_INFINITY, values: false };
    const what = differences(compare(trusted, reading.program, s7comm.readBack!, options));
    if (what !== '') pending.push({ due, cascade, what });
  };

  return {
    change(cascade, block) {
      const trusted = approved.get(cascade)!;
      const content = new Map(trusted.content).set(blockName(block.type, block.number), block.bytes);
      approved.set(cascade, { ...trusted, content });
    },
    async second(time) {
      // Trusted as it is before anything happens.
      if (time === 1 || time % AUDIT_INTERVAL === FIRST) {
        for (const cascade of CASCADES) await look(cascade, time);
      }
      for (const { due, cascade, what } of pending.splice(0)) {
        if (due > time) pending.push({ due, cascade, what });
        else if (told.get(cascade) !== what) {
          told.set(cascade, what);
          ground.report({ defence: 'audit', what: `${cascade}: ${what}`, calls: 'stop', cascade });
        }
      }
    },
  };
}

/** What is different, in a line; '' where nothing is. */
function differences({ blocks, facts, problems }: Comparison): string {
  return [
    ...blocks.map(({ object, kind }) => `${object} ${kind}`),
    ...facts.map(({ name, found }) => `${name} is ${found ?? 'not told'}`),
    ...problems,
  ].join(', ');
}
