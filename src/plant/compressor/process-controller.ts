/**
 * The process controller: reads the transmitters, keeps the compressor out of surge by opening the recycle valve,
 * works the valves and the oil pump, and trips the train. It speaks Modbus; its settings are whatever stands in
 * its registers.
 *
 * Anti-surge control: K. K. Botros, J. F. Henderson, "Developments in centrifugal compressor surge control", J.
 * Turbomach. 116 (1994): a PI controller on the distance to the surge line, and an open-loop step on surge.
 *
 * @module
 */

import { ModbusUnit } from '../modbus-unit.ts';
import type { Random } from '../random.ts';
import type { Tag } from '../tag.ts';
import { BAR, CELSIUS } from './constants.ts';
import { S } from './physics.ts';
import { COMPRESSOR_UNIT, LUBE_UNIT, TAG, TAGS } from './tags.ts';
import type { Train } from './train.ts';

/** Opening of the recycle valve per % of missing margin, and per % and second. */
const GAIN = 0.05;
const INTEGRAL = 0.02;
/** How long the recycle valve stays open after a surge, s. */
const SURGE_OPEN = 20;
/** A trip needs its cause this long, s: transmitters are noisy. */
const TRIP_DELAY = 0.5;

/** Noise of the transmitters, standard deviation in the tag's unit. */
const NOISE = {
  pressure: 0.02,
  temperature: 0.15,
  flow: 0.3,
  position: 0.05,
  vibration: 0.04,
} as const;

export class ProcessController {
  readonly compressor = new ModbusUnit(COMPRESSOR_UNIT, TAGS);
  readonly lube = new ModbusUnit(LUBE_UNIT, TAGS);
  /** Why the train was tripped; '' while it was not. */
  trip = '';
  readonly #random: Random;
  #recycle = 0;
  #sinceSurge = Number.POSITIVE_INFINITY;
  #trouble = 0;

  constructor(random: Random) {
    this.#random = random;
    const c = this.compressor;
    c.set(TAG.suctionValveSetpoint, 95);
    c.set(TAG.dischargeValveSetpoint, 80);
    c.set(TAG.recycleValveMinimum, 0);
    c.set(TAG.surgeMarginSetpoint, 10);
    c.set(TAG.vibrationTrip, 9);
    c.set(TAG.dischargePressureTrip, 80);
    c.set(TAG.bearingTemperatureTrip, 110);
    c.set(TAG.antisurgeAuto, 1);
    c.set(TAG.tripsArmed, 1);
    this.lube.set(TAG.oilPump, 1);
  }

  /** One cycle of the program, `dt` seconds after the last one. */
  scan(dt: number, train: Train): void {
    this.#measure(train);
    this.#watch(dt);
    this.#act(dt, train);
  }

  #measure(train: Train): void {
    const c = this.compressor;
    const { state } = train;
    this.#reading(TAG.suctionPressure, state[S.suctionPressure]! / BAR, NOISE.pressure);
    this.#reading(TAG.dischargePressure, state[S.dischargePressure]! / BAR, NOISE.pressure);
    this.#reading(TAG.dischargeTemperature, state[S.dischargeTemperature]! - CELSIUS, NOISE.temperature);
    this.#reading(TAG.bearingTemperature, state[S.bearingTemperature]! - CELSIUS, NOISE.temperature);
    this.#reading(TAG.compressorFlow, state[S.flow]!, NOISE.flow);
    this.#reading(TAG.outletFlow, train.flows.outlet, NOISE.flow);
    this.#reading(TAG.surgeMargin, train.surgeMargin, NOISE.flow);
    this.#reading(TAG.suctionValvePosition, state[S.suctionValve]! * 100, NOISE.position);
    this.#reading(TAG.dischargeValvePosition, state[S.dischargeValve]! * 100, NOISE.position);
    this.#reading(TAG.recycleValvePosition, state[S.recycleValve]! * 100, NOISE.position);
    this.#reading(TAG.vibration, state[S.vibration]!, NOISE.vibration);
    c.set(TAG.surging, train.consequences.surging ? 1 : 0);
    this.lube.set(TAG.oilPressure, state[S.oilPressure]! / BAR + NOISE.pressure * this.#random.normal());
  }

  #reading(tag: Tag, value: number, noise: number): void {
    this.compressor.set(tag, value + noise * this.#random.normal());
  }

  /** Trips the train where a limit is exceeded; the limits are settings. */
  #watch(dt: number): void {
    const c = this.compressor;
    let cause = '';
    if (c.get(TAG.vibration) > c.get(TAG.vibrationTrip)) cause = 'vibration';
    else if (c.get(TAG.dischargePressure) > c.get(TAG.dischargePressureTrip)) cause = 'discharge pressure';
    else if (c.get(TAG.bearingTemperature) > c.get(TAG.bearingTemperatureTrip)) cause = 'bearing temperature';
    this.#trouble = cause === '' ? 0 : this.#trouble + dt;
    if (this.trip === '' && this.#trouble >= TRIP_DELAY && c.get(TAG.tripsArmed) === 1) this.trip = cause;
    c.set(TAG.tripped, this.trip === '' ? 0 : 1);
  }

  #act(dt: number, train: Train): void {
    const c = this.compressor;
    const { actuators } = train;
    actuators.suctionValve = opening(c.get(TAG.suctionValveSetpoint));
    actuators.dischargeValve = opening(c.get(TAG.dischargeValveSetpoint));
    actuators.oilPump = this.lube.get(TAG.oilPump) === 1;
    const minimum = opening(c.get(TAG.recycleValveMinimum));
    const automatic = c.get(TAG.antisurgeAuto) === 1 ? this.#antisurge(dt) : 0;
    actuators.recycleValve = this.trip === '' ? Math.max(minimum, automatic) : 1;
  }

  #antisurge(dt: number): number {
    const c = this.compressor;
    if (c.get(TAG.surging) === 1 && c.get(TAG.surgeMargin) < 0) this.#sinceSurge = 0;
    else this.#sinceSurge += dt;
    const difference = c.get(TAG.surgeMarginSetpoint) - c.get(TAG.surgeMargin);
    // A float32 register may hold anything; what is no number asks for nothing.
    const missing = Number.isFinite(difference) ? difference : 0;
    this.#recycle = Math.min(Math.max(this.#recycle + INTEGRAL * missing * dt, 0), 1);
    if (this.#sinceSurge < SURGE_OPEN) return 1;
    return Math.min(Math.max(this.#recycle + GAIN * missing, 0), 1);
  }
}

/** Percent to share, between shut and open. */
function opening(percent: number): number {
  return percent > 0 ? Math.min(percent / 100, 1) : 0;
}
