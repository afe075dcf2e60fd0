/**
 * The rotor hall's tags: what its controllers and its machine monitor hold, where, and in which range the rotors are
 * safe. Both cascades are alike: their controllers hold the same blocks, for drives 1 to 6 and 7 to 12.
 *
 * @module
 */

import type { Tag } from '../tag.ts';
import { BAND, DRIVES, DRIVES_PER_CASCADE } from './constants.ts';

/** Host names of the controllers and of the machine monitor, as the shipped policy has them. */
export const CASCADES = ['plc-a', 'plc-b'] as const;
export type Cascade = (typeof CASCADES)[number];
export const MONITOR = 'mon-1';
/** Modbus unit of the machine monitor. */
export const MONITOR_UNIT = 1;

/** Data blocks, and bytes from one drive to the next in each. */
export const SETPOINTS = { db: 1, stride: 8 } as const;
export const READINGS = { db: 2, stride: 20 } as const;
export const LIMITS = { db: 3 } as const;

/** The limits as commissioned: also the only values that are safe. */
export const LIMIT = {
  lowest: BAND.lowest,
  highest: BAND.highest,
  vibrationTrip: 11,
  overspeedTrip: 1250,
} as const;

type Range = readonly [number, number];

interface Place {
  readonly db: number;
  readonly byte: number;
  readonly bit?: number;
}

function s7(
  controller: Cascade,
  name: string,
  { db, byte, bit }: Place,
  unit: string,
  range: Range | undefined,
  setting: boolean,
  meaning: string,
): Tag {
  const place = bit === undefined ? { protocol: 's7comm', db, byte } : { protocol: 's7comm', db, byte, bit };
  const type = bit === undefined ? 'float32' : 'bool';
  const tag = { name, controller, place, type, scale: 1, unit, setting, meaning } as Tag;
  return range === undefined ? tag : { ...tag, range };
}

function monitor(
  name: string,
  address: number,
  scale: number,
  unit: string,
  range: Range,
  meaning: string,
): Tag {
  const place = { protocol: 'modbus', station: MONITOR_UNIT, space: 'input', address } as const;
  return { name, controller: MONITOR, place, type: 'uint16', scale, unit, range, setting: false, meaning };
}

/** Tags of one drive, and of its rotor as the machine monitor sees it. */
export interface DriveTags {
  readonly setpoint: Tag;
  readonly run: Tag;
  readonly frequency: Tag;
  readonly vibration: Tag;
  readonly temperature: Tag;
  readonly current: Tag;
  readonly running: Tag;
  readonly tripped: Tag;
  readonly rotorSpeed: Tag;
  readonly rotorVibration: Tag;
}

function driveTags(index: number): DriveTags {
  const cascade = CASCADES[Math.floor(index / DRIVES_PER_CASCADE)]!;
  const position = index % DRIVES_PER_CASCADE;
  const drive = `drive-${index + 1}`;
  const rotor = `rotor-${index + 1}`;
  const set = (byte: number): Place => ({ db: SETPOINTS.db, byte: position * SETPOINTS.stride + byte });
  const read = (byte: number): Place => ({ db: READINGS.db, byte: position * READINGS.stride + byte });
  const band: Range = [BAND.lowest, BAND.highest];
  // biome-ignore format: a table
  return {
    setpoint: s7(cascade, `${drive}.setpoint`, set(0), 'Hz', band, true, 'frequency asked for'),
    run: s7(cascade, `${drive}.run`, { ...set(4), bit: 0 }, '', undefined, true, 'run command'),
    frequency: s7(cascade, `${drive}.frequency`, read(0), 'Hz', band, false, 'speed of the rotor as the converter measures it'),
    vibration: s7(cascade, `${drive}.vibration`, read(4), 'mm/s', [0, 7.1], false, 'vibration, r.m.s.'),
    temperature: s7(cascade, `${drive}.temperature`, read(8), '°C', [10, 90], false, 'winding of the motor'),
    current: s7(cascade, `${drive}.current`, read(12), 'A', [0, 10], false, 'current of the motor'),
    running: s7(cascade, `${drive}.running`, { ...read(16), bit: 0 }, '', undefined, false, 'the converter is on'),
    tripped: s7(cascade, `${drive}.tripped`, { ...read(16), bit: 1 }, '', undefined, false, 'the program has stopped the drive'),
    rotorSpeed: monitor(`${rotor}.speed`, index, 0.1, 'Hz', band, 'revolutions a second, by the monitor’s own sensor'),
    rotorVibration: monitor(`${rotor}.vibration`, DRIVES + index, 0.01, 'mm/s', [0, 7.1], 'vibration, r.m.s., by the monitor’s own sensor'),
  };
}

/** Tags of the limits that a controller's program keeps. */
export interface LimitTags {
  readonly lowest: Tag;
  readonly highest: Tag;
  readonly vibrationTrip: Tag;
  readonly overspeedTrip: Tag;
}

function limitTags(cascade: Cascade): LimitTags {
  const limit = (name: string, byte: number, unit: string, value: number, meaning: string): Tag =>
    s7(cascade, `${cascade}.${name}`, { db: LIMITS.db, byte }, unit, [value, value], true, meaning);
  return {
    lowest: limit('lowest', 0, 'Hz', LIMIT.lowest, 'least frequency that the program lets through'),
    highest: limit('highest', 4, 'Hz', LIMIT.highest, 'greatest frequency that the program lets through'),
    vibrationTrip: limit(
      'vibration.trip',
      8,
      'mm/s',
      LIMIT.vibrationTrip,
      'vibration that trips a drive after 3 s',
    ),
    overspeedTrip: limit('overspeed.trip', 12, 'Hz', LIMIT.overspeedTrip, 'speed that trips the cascade'),
  };
}

/** By drive, 0 to 11. */
export const DRIVE_TAGS: readonly DriveTags[] = Array.from({ length: DRIVES }, (_, index) =>
  driveTags(index),
);
export const LIMIT_TAGS: Readonly<Record<Cascade, LimitTags>> = {
  'plc-a': limitTags('plc-a'),
  'plc-b': limitTags('plc-b'),
};

/** Cascade of a drive. */
export function cascadeOf(index: number): Cascade {
  return CASCADES[Math.floor(index / DRIVES_PER_CASCADE)]!;
}

/** All tags, in order of controller and object. */
export const TAGS: readonly Tag[] = [
  ...CASCADES.flatMap(cascade => [
    ...DRIVE_TAGS.filter((_, index) => cascadeOf(index) === cascade).flatMap(
      ({ rotorSpeed, rotorVibration, ...tags }) => Object.values(tags),
    ),
    ...Object.values(LIMIT_TAGS[cascade]),
  ]),
  ...DRIVE_TAGS.map(({ rotorSpeed }) => rotorSpeed),
  ...DRIVE_TAGS.map(({ rotorVibration }) => rotorVibration),
];
