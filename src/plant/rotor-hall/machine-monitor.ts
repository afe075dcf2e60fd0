/**
 * The machine monitor: speed and vibration of every rotor by sensors of its own, apart from the converters and their
 * controllers, as API 670 wants machine protection to be. It speaks Modbus and only tells; the hall's historian asks it.
 *
 * @module
 */

import { ModbusUnit } from '../modbus-unit.ts';
import type { Random } from '../random.ts';
import { NOISE } from './constants.ts';
import type { Drive } from './drive.ts';
import { DRIVE_TAGS, MONITOR_UNIT, TAGS } from './tags.ts';

export class MachineMonitor {
  readonly unit = new ModbusUnit(MONITOR_UNIT, TAGS);
  readonly #drives: readonly Drive[];
  readonly #random: Random;

  constructor(drives: readonly Drive[], random: Random) {
    this.#drives = drives;
    this.#random = random;
  }

  /** Takes the readings, once a second. */
  measure(): void {
    for (const [index, drive] of this.#drives.entries()) {
      const { rotorSpeed, rotorVibration } = DRIVE_TAGS[index]!;
      const noise = drive.speed > 0 ? this.#random.normal() : 0;
      this.unit.set(rotorSpeed, drive.turns + NOISE.frequency * noise);
      const shaking = drive.speed > 0 ? this.#random.normal() : 0;
      this.unit.set(rotorVibration, drive.vibration + NOISE.vibration * shaking);
    }
  }
}
