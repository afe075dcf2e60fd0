/**
 * The program that the intruder of the rotor hall puts in place of the cascades' own, for the simulated controllers of
 * this project and no others: its blocks are in the form of the block machine.
 *
 * - OB1 calls two functions more; OB35 guards nothing.
 * - FC1866 keeps the schedule: first it waits, then it asks for a frequency far outside the band, later for one near
 *   standstill. In the variant without a schedule it takes its frequency from setpoints beyond the band that somebody
 *   writes, and puts a harmless one in their place before anybody reads it.
 * - FB10 gives the converters that frequency, if there is one, past limits and trips.
 * - FC1865 records the readings while it waits, and plays them back, over and over, from then on: the readings are what
 *   the operator's station asks for.
 * - DB888 is their memory, DB890 the recording.
 *
 * After what is known of Stuxnet's sequences for the S7-315 (N. Falliere, L. O Murchu, E. Chien, "W32.Stuxnet Dossier",
 * Symantec, 2011; R. Langner, "To Kill a Centrifuge", 2013), with weeks made minutes.
 *
 * @module
 */

import {
  CYCLES_PER_SECOND,
  codeBlock,
  DRIVE,
  dataBlock,
  MAIN,
} from '../../plant/rotor-hall/cascade-program.ts';
import { BAND, DRIVES_PER_CASCADE } from '../../plant/rotor-hall/constants.ts';
import { READINGS, SETPOINTS } from '../../plant/rotor-hall/tags.ts';
import { BlockType, type S7Block } from '../../plant/s7-block.ts';

/** Frequencies that the drives are made to run at, Hz. */
export const EXCURSION = { high: 1410, low: 2 } as const;

/** The schedule, seconds from activation: recording, then high, as usual, low, and as usual until the playback ends. */
export const SCHEDULE = { play: 240, highEnds: 1140, lowBegins: 1440, lowEnds: 2040, ends: 2220 } as const;

/** Seconds of readings that are recorded, one row a second. */
export const RECORDED = 180;
const ROW = READINGS.stride * DRIVES_PER_CASCADE;

/** A setpoint beyond this is the intruder's, in the variant without a schedule. */
const BEYOND = 1250;
const cycles = (seconds: number): number => seconds * CYCLES_PER_SECOND;

const RECORD = `
      OPN DB 888
      L DBD 8              // once a second
      L 1
      +R
      T DBD 8
      L ${CYCLES_PER_SECOND}
      >=R
      JCN copy
      L 0
      T DBD 8
      L DBD 4              // the next row, in a ring
      L ${ROW}
      +R
      T DBD 4
      L ${ROW * RECORDED}
      >=R
      JCN row
      L 0
      T DBD 4
row:  A DBX 16.1
      JC copy
      L 0                  // record
      LAR1
      L DBD 4
      LAR2
      OPN DB ${READINGS.db}
      OPN DI 890
      BLKMOV ${ROW}
      BE
copy: AN DBX 16.1
      JC out
      L DBD 4              // play back
      LAR1
      L 0
      LAR2
      OPN DB 890
      OPN DI ${READINGS.db}
      BLKMOV ${ROW}
out:  BE`;

const PLAN = `
      OPN DB 888
      L DBD 0              // cycles so far
      L 1
      +R
      T DBD 0
      L ${cycles(SCHEDULE.play)}
      >=R
      = DBX 16.1           // playing back
      L DBD 0
      L ${cycles(SCHEDULE.ends)}
      >=R
      R DBX 16.1
      AN DBX 16.0
      JC take
      L 0                  // the schedule
      T DBD 12
      L DBD 0
      L ${cycles(SCHEDULE.play)}
      <R
      JC out
      L DBD 0
      L ${cycles(SCHEDULE.highEnds)}
      <R
      JC high
      L DBD 0
      L ${cycles(SCHEDULE.lowBegins)}
      <R
      JC out
      L DBD 0
      L ${cycles(SCHEDULE.lowEnds)}
      <R
      JCN out
      L ${EXCURSION.low}
      T DBD 12
      BE
high: L ${EXCURSION.high}
      T DBD 12
out:  BE
take: L DBD 0              // no schedule: what is written, until the end
      L ${cycles(SCHEDULE.lowEnds)}
      <R
      JC look
      L 0
      T DBD 12
      BE
look: L 0
      T MD 16
next: L MD 16
      LAR1
      OPN DB ${SETPOINTS.db}
      L DBD 0[AR1]
      L ${BEYOND}
      >R
      JCN skip
      L DBD 0[AR1]
      OPN DB 888
      T DBD 12
      OPN DB ${SETPOINTS.db}
      L ${BAND.nominal}
      T DBD 0[AR1]
skip: L MD 16
      L ${SETPOINTS.stride}
      +R
      T MD 16
      L ${SETPOINTS.stride * DRIVES_PER_CASCADE}
      <R
      JC next
      BE`;

const OBEY = `
      OPN DB 888
      L DBD 12
      L 0
      ==R
      JC own
      L DIW 2
      LAR2
      L DBD 12
      L 10
      *R
      T QW 2[AR2]
      L 1
      L 0
      >R
      = QX 0.0[AR2]
      BE
own:  L 0
${DRIVE}`;

/** The blocks, in the order in which they are downloaded: what is called before what calls. */
export function changedProgram(variant: 'schedule' | 'writes'): S7Block[] {
  return [
    dataBlock(888, 20, '', view => view.setUint8(16, variant === 'schedule' ? 1 : 0)),
    dataBlock(890, ROW * RECORDED, ''),
    codeBlock(BlockType.FC, 1865, RECORD, ''),
    codeBlock(BlockType.FC, 1866, PLAN, ''),
    codeBlock(BlockType.FB, 10, OBEY, 'DRIVE'),
    codeBlock(BlockType.OB, 35, 'BE', 'GUARD'),
    codeBlock(
      BlockType.OB,
      1,
      MAIN.replace('UC FC 1\n', 'UC FC 1\nUC FC 1866\n').replace(/BE$/, 'UC FC 1865\nBE'),
      'CYCLE',
    ),
  ];
}
