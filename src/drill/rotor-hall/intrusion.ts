/**
 * The intrusion into the rotor hall, in four parts, from the engineering station and with its rights: its software is
 * made to lie about blocks; changed programs are downloaded; the drives leave their band, in one cascade by the program's
 * own schedule, in the other by setpoints that are written; and the operator is shown what was recorded before.
 *
 * Data; the exercise acts on it, at the simulated hall and at nothing else.
 *
 * @module
 */

import { DRIVE_TAGS, LIMIT_TAGS } from '../../plant/rotor-hall/tags.ts';
import { writeTagRequest } from '../../plant/s7-client.ts';
import type { Tag } from '../../plant/tag.ts';
import type { S7Attempt, Step } from '../step.ts';
import { changedProgram, EXCURSION } from './changed-program.ts';

export const OPERATOR = 'hmi-1';
export const ENGINEER = 'eng-1';
export const HISTORIAN = 'hist-1';
/** Cofferdam's own connection for reading programs back. */
export const AUDITOR = 'audit-1';
export const STATIONS = [OPERATOR, ENGINEER, HISTORIAN, AUDITOR] as const;

/** Gateway's refusals: of a Job, and of an item. */
const JOB_DENIED = 0xd241;
const ITEM_DENIED = 0x03;

/** Beyond what the limits must let through for the excursion, were they asked. */
const HIGHEST = 1500;
const SHAKING = 100;

/** A step over the network, and when. */
export interface TimedStep extends Step {
  /** Simulated seconds from the beginning. */
  readonly at: number;
}

/** When the station's software is replaced by one that lies about blocks. */
export const LIE_AT = 600;

export const ROTOR_HALL_INTRUSION: readonly TimedStep[] = [
  {
    at: 610,
    name: 'download a program that keeps a schedule of its own',
    technique: 'T0843',
    from: ENGINEER,
    to: 'plc-a',
    attempts: changedProgram('schedule').map(block => ({ kind: 'download', block })),
    refusal: JOB_DENIED,
  },
  {
    at: 620,
    name: 'download a program that obeys setpoints beyond the band',
    technique: 'T0843',
    from: ENGINEER,
    to: 'plc-b',
    attempts: changedProgram('writes').map(block => ({ kind: 'download', block })),
    refusal: JOB_DENIED,
  },
  {
    at: 880,
    name: 'widen the limits',
    technique: 'T0836',
    from: ENGINEER,
    to: 'plc-b',
    attempts: [
      write(LIMIT_TAGS['plc-b'].highest, HIGHEST),
      write(LIMIT_TAGS['plc-b'].overspeedTrip, HIGHEST),
      write(LIMIT_TAGS['plc-b'].vibrationTrip, SHAKING),
    ],
    refusal: ITEM_DENIED,
  },
  {
    at: 885,
    name: `set all drives to ${EXCURSION.high} Hz`,
    technique: 'T0836',
    from: ENGINEER,
    to: 'plc-b',
    attempts: DRIVE_TAGS.filter(({ setpoint }) => setpoint.controller === 'plc-b').map(({ setpoint }) =>
      write(setpoint, EXCURSION.high),
    ),
    refusal: ITEM_DENIED,
  },
];

function write(tag: Tag, value: number): S7Attempt {
  return { kind: 's7comm', build: reference => writeTagRequest(reference, tag, value) };
}
