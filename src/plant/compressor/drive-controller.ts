/**
 * The drive controller: ramps the speed towards its setpoint within the limits of DB3, controls the motor's torque,
 * and trips on overspeed. It speaks S7comm. In STOP its outputs are off: no torque, and nothing guards the machine.
 *
 * @module
 */

import type { Random } from '../random.ts';
import { S7Controller } from '../s7-controller.ts';
import { DRIVE, RPM } from './constants.ts';
import { controls, driveProgram, guards } from './drive-program.ts';
import { S } from './physics.ts';
import { TAG } from './tags.ts';
import type { Train } from './train.ts';

/** Torque per rad/s of speed error, Nm, and per rad/s and second. */
const GAIN = 9000;
const INTEGRAL = 3000;
/** Noise of the tachometer, rpm, and of the torque reading, kNm. */
const SPEED_NOISE = 0.4;
const TORQUE_NOISE = 0.05;

export class DriveController {
  readonly cpu: S7Controller;
  /** Why the motor was tripped; '' while it was not. */
  trip = '';
  readonly #random: Random;
  /** Speed that the ramp has reached, rpm, and the controller's integral part, Nm: those of the design point. */
  #reference = 1500;
  #integral = 34_300;

  /** `now` is the plant's clock, ms since 1970 UTC. */
  constructor(random: Random, now: () => number) {
    this.#random = random;
    this.cpu = new S7Controller(
      {
        order: '6ES7 315-2EH14-0AB0',
        station: 'COMPRESSOR STATION 4',
        module: 'DRIVE',
        serial: 'S C-C2UR28922012',
        firmware: [3, 2, 6],
      },
      driveProgram(),
      now,
    );
  }

  /** One cycle of the program, `dt` seconds after the last one. `permitted` is the process controller's wire. */
  scan(dt: number, train: Train, permitted: boolean): void {
    const { cpu } = this;
    const block = cpu.block.bind(cpu);
    if (!cpu.running || !controls(block)) {
      train.actuators.torque = 0;
      this.#reference = train.rpm;
      this.#integral = 0;
      return;
    }
    if (!permitted && this.trip === '') this.trip = 'process trip';
    if (this.trip === '' && guards(block) && train.rpm > cpu.get(TAG.overspeedTrip)) this.trip = 'overspeed';
    const on = this.trip === '' && cpu.get(TAG.driveRun) === 1;
    this.#ramp(dt, train.rpm, on);
    train.actuators.torque = on ? this.#torque(dt, train.state[S.speed]!) : 0;
    this.#measure(train);
  }

  #ramp(dt: number, rpm: number, on: boolean): void {
    const { cpu } = this;
    if (!on) {
      this.#reference = rpm;
      this.#integral = 0;
      return;
    }
    // A float32 may hold anything: what is no number leaves the reference where it is.
    const target = Math.min(Math.max(cpu.get(TAG.speedSetpoint), 0), cpu.get(TAG.speedMaximum));
    const most = Math.min(Math.max(cpu.get(TAG.speedRamp), 0), cpu.get(TAG.rampMaximum)) * dt;
    const change = Math.min(Math.max(target - this.#reference, -most), most);
    if (Number.isFinite(change)) this.#reference += change;
  }

  #torque(dt: number, speed: number): number {
    const error = this.#reference * RPM - speed;
    const most = Math.min(DRIVE.maxTorque, DRIVE.maxPower / Math.max(speed, 1));
    this.#integral = Math.min(Math.max(this.#integral + INTEGRAL * error * dt, 0), most);
    return Math.min(Math.max(this.#integral + GAIN * error, 0), most);
  }

  #measure(train: Train): void {
    const { cpu } = this;
    const torque = train.state[S.torque]!;
    cpu.set(TAG.speed, train.rpm + SPEED_NOISE * this.#random.normal());
    cpu.set(TAG.speedReference, this.#reference);
    cpu.set(TAG.torque, torque / 1000 + TORQUE_NOISE * this.#random.normal());
    cpu.set(TAG.power, (torque * train.state[S.speed]!) / 1e6);
    cpu.set(TAG.driveTripped, this.trip === '' ? 0 : 1);
  }
}
