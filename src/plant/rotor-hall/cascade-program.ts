/**
 * The program of a cascade's controller, as blocks: OB1 copies the readings and runs each drive, OB35 guards against
 * overspeed. Each cycle:
 *
 * - FC1 turns the converters' words (I) into readings (DB2).
 * - FB10, once a drive with an instance of its own (DB11 to DB16), keeps the setpoint (DB1) within the limits (DB3), trips
 *   the drive when it shakes too much for 3 s, and gives the converter its command (Q).
 * - FC35 trips the whole cascade (flag M 4.0) when a rotor turns too fast.
 *
 * @module
 */

import { assemble } from '../block-machine/assemble.ts';
import { BlockType, makeBlock, type S7Block } from '../s7-block.ts';
import { BAND, DRIVES_PER_CASCADE } from './constants.ts';
import { LIMIT, READINGS, SETPOINTS } from './tags.ts';

/** The process image: bytes from one drive to the next among inputs and outputs. */
export const INPUT = {
  stride: 20,
  frequency: 0,
  vibration: 2,
  temperature: 4,
  current: 6,
  status: 8,
} as const;
export const OUTPUT = { stride: 4, run: 0, frequency: 2 } as const;
/** Counts in a unit: the converters' words. */
export const SCALE = { frequency: 10, vibration: 100, temperature: 10, current: 100 } as const;
/** Instance of FB10 for a cascade's first drive. */
export const FIRST_INSTANCE = 11;
/** Cycles of the controller in a second. */
export const CYCLES_PER_SECOND = 5;

/** When the program was last changed: 2026-04-20 07:15 UTC. */
const COMMISSIONED = Date.UTC(2026, 3, 20, 7, 15);

const POSITIONS = Array.from({ length: DRIVES_PER_CASCADE }, (_, position) => position);

export const MAIN = [
  'UC FC 1',
  ...POSITIONS.map(position => `CALL FB 10, DB ${FIRST_INSTANCE + position}`),
  'BE',
].join('\n');

/** FC1. MD 0 is the offset of the drive, the same among inputs and readings. */
const READ = `
      OPN DB ${READINGS.db}
      L 0
      T MD 0
next: L MD 0
      LAR1
      L IW ${INPUT.frequency}[AR1]
      L ${SCALE.frequency}
      /R
      T DBD 0[AR1]
      L IW ${INPUT.vibration}[AR1]
      L ${SCALE.vibration}
      /R
      T DBD 4[AR1]
      L IW ${INPUT.temperature}[AR1]
      L ${SCALE.temperature}
      /R
      T DBD 8[AR1]
      L IW ${INPUT.current}[AR1]
      L ${SCALE.current}
      /R
      T DBD 12[AR1]
      A IX ${INPUT.status}.0[AR1]
      = DBX 16.0[AR1]
      L MD 0
      L ${INPUT.stride}
      +R
      T MD 0
      L ${INPUT.stride * DRIVES_PER_CASCADE}
      <R
      JC next
      BE`;

/** FB10. Its instance: offsets of inputs, outputs and setpoint; trip; command, Hz; cycles of too much vibration. */
export const DRIVE = `
      L DIW 4              // the setpoint, within the limits
      LAR1
      OPN DB ${SETPOINTS.db}
      L DBD 0[AR1]
      OPN DB 3
      L DBD 0
      MAX
      L DBD 4
      MIN
      T DID 8
      L DIW 0              // vibration, for 3 s
      LAR1
      OPN DB ${READINGS.db}
      L DBD 4[AR1]
      OPN DB 3
      L DBD 8
      >R
      JC high
      L 0
      T DID 12
      JU go
high: L DID 12
      L 1
      +R
      T DID 12
      L ${3 * CYCLES_PER_SECOND}
      >=R
      S DIX 6.0
go:   L DIW 4              // run, unless tripped
      LAR1
      OPN DB ${SETPOINTS.db}
      AN DBX 4.0[AR1]
      R DIX 6.0
      L DIW 2
      LAR2
      A DBX 4.0[AR1]
      AN DIX 6.0
      AN MX 4.0
      = QX ${OUTPUT.run}.0[AR2]
      L DID 8
      L ${SCALE.frequency}
      *R
      T QW ${OUTPUT.frequency}[AR2]
      L DIW 0              // tell of a trip
      LAR1
      OPN DB ${READINGS.db}
      A DIX 6.0
      O MX 4.0
      = DBX 16.1[AR1]
      BE`;

/** FC35. */
const GUARD = `
      OPN DB 3
      L 0
      T MD 8
next: L MD 8
      LAR1
      L IW ${INPUT.frequency}[AR1]
      L ${SCALE.frequency}
      /R
      L DBD 12
      >R
      S MX 4.0
      L MD 8
      L ${INPUT.stride}
      +R
      T MD 8
      L ${INPUT.stride * DRIVES_PER_CASCADE}
      <R
      JC next
      BE`;

/** A code block from its listing. */
export function codeBlock(
  type: BlockType,
  number: number,
  listing: string,
  name: string,
  when = COMMISSIONED,
): S7Block {
  return makeBlock(type, number, assemble(listing), name, when);
}

/** A data block of `length` bytes that `fill` writes. */
export function dataBlock(
  number: number,
  length: number,
  name: string,
  fill: (view: DataView) => void = () => {},
  when = COMMISSIONED,
): S7Block {
  const values = new Uint8Array(length);
  fill(new DataView(values.buffer));
  return makeBlock(BlockType.DB, number, values, name, when);
}

/** The program as commissioned. */
export function cascadeProgram(): S7Block[] {
  return [
    codeBlock(BlockType.OB, 1, MAIN, 'CYCLE'),
    codeBlock(BlockType.OB, 35, 'UC FC 35\nBE', 'GUARD'),
    codeBlock(BlockType.FB, 10, DRIVE, 'DRIVE'),
    codeBlock(BlockType.FC, 1, READ, 'READ'),
    codeBlock(BlockType.FC, 35, GUARD, 'SPEED'),
    dataBlock(SETPOINTS.db, SETPOINTS.stride * DRIVES_PER_CASCADE, 'SETPOINT', view => {
      for (const position of POSITIONS) {
        view.setFloat32(position * SETPOINTS.stride, BAND.nominal);
        view.setUint8(position * SETPOINTS.stride + 4, 1);
      }
    }),
    dataBlock(READINGS.db, READINGS.stride * DRIVES_PER_CASCADE, 'READING'),
    dataBlock(3, 16, 'LIMITS', view => {
      for (const [i, limit] of Object.values(LIMIT).entries()) view.setFloat32(4 * i, limit);
    }),
    ...POSITIONS.map(position =>
      dataBlock(FIRST_INSTANCE + position, 16, `DRIVE ${position + 1}`, view => {
        view.setInt16(0, position * INPUT.stride);
        view.setInt16(2, position * OUTPUT.stride);
        view.setInt16(4, position * SETPOINTS.stride);
      }),
    ),
  ];
}
